import pytest

from demarche.sources import document_from_text

TEXTS = {
    "ru": "Правительство отвергло предложение о перемирии и потребовало вывода войск из района до пятницы.",
    "de": "Die Regierung lehnte den Vorschlag einer Waffenruhe ab und forderte den Abzug der Truppen bis Freitag.",
    "fr": "Le gouvernement a rejeté la proposition de trêve et exigé le retrait des troupes avant vendredi prochain.",
    "ar": "رفضت الحكومة اقتراح الهدنة وطالبت بسحب القوات من المنطقة قبل يوم الجمعة المقبل.",
    "en": "The government rejected the proposal for a truce and demanded that the troops be withdrawn by Friday.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_text_is_told(language):
    assert document_from_text(TEXTS[language]).language == language


@pytest.mark.parametrize(
    "headline", ["Putin rejects plan", "Orbán vetoes aid", "Erdoğan: no talks", "1234", "\U0001f600"]
)
def test_a_headline_is_never_called_another_language(headline):
    assert document_from_text(headline).language in (None, "en")


def test_english_agency_prose_with_foreign_names_is_english():
    text = (
        "Zelenskyy, Erdoğan and Orbán met in Kraków; Wang Yi and Võ Thị Ánh Xuân joined by phone from Hà Nội on Monday."
    )
    assert document_from_text(text).language == "en"
