"""The engine that answers SPARQL over one release, in processes that can be killed."""

from talkoot.graph.engine.client import Answer as Answer
from talkoot.graph.engine.client import ReaderConnection as ReaderConnection
from talkoot.graph.engine.errors import AnswerTooLong as AnswerTooLong
from talkoot.graph.engine.errors import ClientGone as ClientGone
from talkoot.graph.engine.errors import EngineBusy as EngineBusy
from talkoot.graph.engine.errors import EngineError as EngineError
from talkoot.graph.engine.errors import EngineUnavailable as EngineUnavailable
from talkoot.graph.engine.errors import QueryFailed as QueryFailed
from talkoot.graph.engine.errors import QueryMemoryLimit as QueryMemoryLimit
from talkoot.graph.engine.errors import QuerySyntaxError as QuerySyntaxError
from talkoot.graph.engine.errors import QueryTimeLimit as QueryTimeLimit
from talkoot.graph.engine.errors import ServiceRefused as ServiceRefused
from talkoot.graph.engine.errors import UpdateRefused as UpdateRefused
from talkoot.graph.engine.keeper import ReleaseKeeper as ReleaseKeeper
from talkoot.graph.engine.lanes import Lanes as Lanes
from talkoot.graph.engine.pointer import Pointer as Pointer
from talkoot.graph.engine.query_text import query_form as query_form
