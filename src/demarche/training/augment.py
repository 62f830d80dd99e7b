"""Makes a sentence again with other parties: the network must learn the form of a move, not whose moves they usually are.

A country's name is exchanged for another's, with its adjective and its capital, wherever they stand in the sentence,
so that the sentence keeps its sense; spans move with the words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from demarche.model import CodedSentence, ReadMove, ReadSentence, Span

__all__ = ["exchange_parties", "swap_sides"]

_STATES = """
Russia|Russian|Moscow
Ukraine|Ukrainian|Kyiv
Israel|Israeli|Jerusalem
Iran|Iranian|Tehran
Iraq|Iraqi|Baghdad
Syria|Syrian|Damascus
Turkey|Turkish|Ankara
Greece|Greek|Athens
Egypt|Egyptian|Cairo
Ethiopia|Ethiopian|Addis Ababa
Sudan|Sudanese|Khartoum
Eritrea|Eritrean|Asmara
Kenya|Kenyan|Nairobi
Somalia|Somali|Mogadishu
Rwanda|Rwandan|Kigali
Uganda|Ugandan|Kampala
Libya|Libyan|Tripoli
Algeria|Algerian|Algiers
Morocco|Moroccan|Rabat
China|Chinese|Beijing
Japan|Japanese|Tokyo
India|Indian|New Delhi
Pakistan|Pakistani|Islamabad
Bangladesh|Bangladeshi|Dhaka
Nepal|Nepali|Kathmandu
Myanmar|Burmese|Naypyidaw
Thailand|Thai|Bangkok
Cambodia|Cambodian|Phnom Penh
Vietnam|Vietnamese|Hanoi
Indonesia|Indonesian|Jakarta
Malaysia|Malaysian|Kuala Lumpur
Armenia|Armenian|Yerevan
Azerbaijan|Azerbaijani|Baku
Georgia|Georgian|Tbilisi
Serbia|Serbian|Belgrade
Croatia|Croatian|Zagreb
Bosnia|Bosnian|Sarajevo
Albania|Albanian|Tirana
Poland|Polish|Warsaw
Hungary|Hungarian|Budapest
Romania|Romanian|Bucharest
Moldova|Moldovan|Chisinau
Belarus|Belarusian|Minsk
Lithuania|Lithuanian|Vilnius
Latvia|Latvian|Riga
Estonia|Estonian|Tallinn
Finland|Finnish|Helsinki
Sweden|Swedish|Stockholm
Norway|Norwegian|Oslo
Denmark|Danish|Copenhagen
Germany|German|Berlin
France|French|Paris
Spain|Spanish|Madrid
Portugal|Portuguese|Lisbon
Italy|Italian|Rome
Austria|Austrian|Vienna
Belgium|Belgian|Brussels
Britain|British|London
Ireland|Irish|Dublin
Canada|Canadian|Ottawa
Mexico|Mexican|Mexico City
Cuba|Cuban|Havana
Venezuela|Venezuelan|Caracas
Colombia|Colombian|Bogotá
Ecuador|Ecuadorian|Quito
Peru|Peruvian|Lima
Bolivia|Bolivian|La Paz
Chile|Chilean|Santiago
Argentina|Argentine|Buenos Aires
Brazil|Brazilian|Brasilia
Nigeria|Nigerian|Abuja
Niger|Nigerien|Niamey
Chad|Chadian|N'Djamena
Mali|Malian|Bamako
Ghana|Ghanaian|Accra
Senegal|Senegalese|Dakar
Cameroon|Cameroonian|Yaoundé
Angola|Angolan|Luanda
Zambia|Zambian|Lusaka
Zimbabwe|Zimbabwean|Harare
Mozambique|Mozambican|Maputo
Australia|Australian|Canberra
Yemen|Yemeni|Sanaa
Oman|Omani|Muscat
Qatar|Qatari|Doha
Jordan|Jordanian|Amman
Lebanon|Lebanese|Beirut
Kazakhstan|Kazakh|Astana
Uzbekistan|Uzbek|Tashkent
Kyrgyzstan|Kyrgyz|Bishkek
Tajikistan|Tajik|Dushanbe
"""
_FORMS: tuple[tuple[str, ...], ...] = tuple(tuple(line.split("|")) for line in _STATES.strip().splitlines())
_KEYS = {form: (state, kind) for state, forms in enumerate(_FORMS) for kind, form in enumerate(forms)}
_PATTERN = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _KEYS), key=len, reverse=True)) + r")\b")


def exchange_parties(
    sentences: Sequence[CodedSentence], *, share: float, generator: random.Random
) -> list[CodedSentence]:
    """Return the sentences, about `share` (0 to 1) of those that name states with other states in their place."""
    return [_exchange(item, generator) if generator.random() < share else item for item in sentences]


def swap_sides(coded: CodedSentence) -> CodedSentence | None:
    """Return a sentence with its two states in each other's place; None unless it names just two."""
    states = _states(coded)
    return _replace(coded, dict(zip(states, reversed(states), strict=True))) if len(states) == 2 else None


def _exchange(coded: CodedSentence, generator: random.Random) -> CodedSentence:
    states = _states(coded)
    others = [state for state in range(len(_FORMS)) if state not in states]
    return _replace(coded, dict(zip(states, generator.sample(others, len(states)), strict=True))) if states else coded


def _states(coded: CodedSentence) -> list[int]:
    return sorted({_KEYS[match.group()][0] for match in _PATTERN.finditer(coded.sentence.span.text)})


def _replace(coded: CodedSentence, others: dict[int, int]) -> CodedSentence:
    """Return the sentence with these states replaced by those, each name by its like."""
    edits = []
    for match in _PATTERN.finditer(coded.sentence.span.text):
        state, kind = _KEYS[match.group()]
        edits.append((match.start(), match.end(), _FORMS[others[state]][kind]))
    return _edit(coded, edits)


def _edit(coded: CodedSentence, edits: list[tuple[int, int, str]]) -> CodedSentence:
    """Return the sentence with words replaced; a span whose bounds stand inside a replaced word leaves it as it is."""
    text = coded.sentence.span.text
    bounds = {bound for move in coded.sentence.moves for span in move.spans() for bound in (span.start, span.end)}
    edits = [edit for edit in edits if not any(edit[0] < bound < edit[1] for bound in bounds)]
    parts, shifts, position, shift = [], [], 0, 0
    for start, end, words in edits:
        parts += [text[position:start], words]
        position = end
        shift += len(words) - (end - start)
        shifts.append((end, shift))
    renewed = "".join([*parts, text[position:]])

    def move_span(span: Span) -> Span:
        start, end = (_moved(bound, shifts) for bound in (span.start, span.end))
        return Span.of(renewed, start, end)

    moves = tuple(_renew(move, move_span) for move in coded.sentence.moves)
    sentence = ReadSentence(
        span=Span.of(renewed, 0, len(renewed)),
        voice=coded.sentence.voice,
        voice_confidence=1.0,
        moves=moves,
    )
    return replace(coded, sentence=sentence)


def _moved(bound: int, shifts: list[tuple[int, int]]) -> int:
    return bound + next((shift for end, shift in reversed(shifts) if end <= bound), 0)


def _renew(move: ReadMove, move_span: Callable[[Span], Span]) -> ReadMove:
    single: dict[str, Any] = {
        role: value and move_span(value)
        for role in ("trigger", "content", "condition", "deadline", "when", "where", "source")
        for value in [getattr(move, role)]
    }
    lists: dict[str, Any] = {
        role: tuple(move_span(span) for span in getattr(move, role)) for role in ("actors", "recipients")
    }
    return replace(move, **single, **lists)
