"""Made-up tables with the real columns of Kohesio, CORDIS, the FTS and the Transparency Register."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterable, Sequence

PROJECTS = (
    "Operation_Unique_Identifier,Operation_Local_Identifier,Operation_Name_English,Operation_Name_Programme_Language,"
    "Country,Postal_Code,Operation_Start_Date,Operation_End_Date,Cofinancing_Rate,Total_Eligible_Expenditure_amount,"
    "Total_Eligible_Expenditure_Currency,Project_EU_Budget,Beneficiary_Unique_Identifier,"
    "Location_Indicator_latitude_longitude,Category_Of_Intervention,Category_Label,Thematic_Objective_ID,"
    "Thematic_Objective_Label,Policy_Objective_ID,Policy_Objective_Label,Fund_Code,Fund_Name,Programme_Code,"
    "Programme_Name,Region,NUTS3_Code,Programming_Period,Operation_Summary_English,"
    "Operation_Summary_Programme_Language,ManagingAuthority,Image_URL,InfoRegio_ID,InfoRegio_URL"
).split(",")
BENEFICIARIES = ("Beneficiary", "BeneficiaryLabel", "Website", "WikidataID")
CORDIS_PROJECT = (
    "id;acronym;status;title;startDate;endDate;totalCost;ecMaxContribution;legalBasis;topics;frameworkProgramme;"
    "masterCall;subCall;fundingScheme;nature;objective;contentUpdateDate;rcn;grantDoi"
).split(";")
CORDIS_ORGANIZATION = (
    "projectID;projectAcronym;organisationID;vatNumber;name;shortName;SME;activityType;street;postCode;city;country;"
    "nutsCode;geolocation;organizationURL;contactForm;contentUpdateDate;rcn;order;role;ecContribution;"
    "netEcContribution;totalCost;endOfParticipation;active"
).split(";")
FTS = (
    "Year", "Reference (Budget)", "Name of beneficiary", "VAT number of beneficiary", "Coordinator", "Address", "City",
    "Postal code", "Beneficiary country", "Beneficiary’s contracted amount (EUR)", "Subject of grant or contract",
    "Budget line name", "Programme name", "Beneficiary type", "Project start date", "Project end date",
    "Responsible department",
)  # fmt: skip
ENTITY = "https://linkedopendata.eu/entity/"


def table(columns: Sequence[str], rows: Iterable[dict[str, str]], delimiter: str = ",") -> str:
    """A table as text, with its header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def operation(number: int, beneficiary: int, category: str, **more: str) -> dict[str, str]:
    """One row of an operation: it has one for each beneficiary and category."""
    return {
        "Operation_Unique_Identifier": f"{ENTITY}Q9{number:06}",
        "Operation_Name_Programme_Language": f"Keksitty hanke {number}",
        "Country": "FI", "Operation_Start_Date": "2016-01-01T00:00:00Z", "Project_EU_Budget": f"{number}00.50",
        "Beneficiary_Unique_Identifier": f"{ENTITY}Q8{beneficiary:06}", "Category_Of_Intervention": category,
        "Fund_Code": "ESF", "Postal_Code": "00100", **more,
    }  # fmt: skip


def beneficiary(number: int, **more: str) -> dict[str, str]:
    """One beneficiary."""
    return {"Beneficiary": f"{ENTITY}Q8{number:06}", "BeneficiaryLabel": f"Keksitty yhdistys {number} ry", **more}


def operations(count: int, seed: int = 5) -> list[dict[str, str]]:
    """Operations of one to four rows, in any order; about one in five is of category 113 in one of its rows."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        categories = ["113" if chance.random() < 0.2 else "050", *(["050"] * chance.randint(0, 3))]
        rows += [operation(number, chance.randint(0, count), category) for category in categories]
    chance.shuffle(rows)
    return rows


def zipped(**members: bytes | str) -> bytes:
    """A zip of files, by name; ``_`` stands for the point before the ending."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


def register(count: int) -> str:
    """The Transparency Register's form: XML 1.1 by its own word, with control characters."""
    entries = "".join(
        f"<interestRepresentative><identificationCode>{number:012}-42</identificationCode>"
        f"<name><originalName>Made-up \x1fNetwork {number} &amp; Friends&#x1F;</originalName></name>"
        f"<webSiteURL>www.network{number}.example</webSiteURL>"
        "<headOffice><address>Street 1</address><country>FINLAND</country></headOffice>"
        "<interests><interest><name>Employment and Social Affairs</name></interest>"
        "<interest><name>Youth</name></interest></interests></interestRepresentative>"
        for number in range(count)
    )
    return (
        "<?xml version='1.1' encoding='UTF-8'?>\n<!-- Made up -->\n"
        '<x:ListOfIRPublicDetail xmlns:x="http://intragate.ec.europa.eu/transparencyregister/odp">'
        f"<resultList>{entries}</resultList></x:ListOfIRPublicDetail>"
    )
