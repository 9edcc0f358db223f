"""The shared vocabulary, code lists and shapes, as Turtle files, and the thin module that loads them."""

from talkoot.ontology.code_lists import CodeList, CodeLists, Concept, load_code_lists
from talkoot.ontology.files import FOLDER, code_list_files, frameworks, publish_shapes_file, vocabulary_triples

__all__ = [
    "FOLDER", "CodeList", "CodeLists", "Concept", "code_list_files", "frameworks", "load_code_lists",
    "publish_shapes_file", "vocabulary_triples",
]  # fmt: skip
