from __future__ import annotations

import pytest

from svyazka.engines.matching.mailboxes import read


@pytest.mark.parametrize(
    ("cell", "at", "reason"),
    [
        (" Ivanov@Mail.RU ", "ivanov@mail.ru", "capitals and spaces"),
        ("ivanov@mial.ru", "ivanov@mail.ru", "two letters changed places"),
        ("ivanov@gmail.con", "ivanov@gmail.com", "the neighbour on the keyboard"),
        ("ivanov@gmai.com", "ivanov@gmail.com", "a letter left out"),
        ("ivanov@gmail.ru", "ivanov@gmail.com", "Google has no .ru"),
        ("ivanov@gmail", "ivanov@gmail.com", "the end left out"),
        ("ivanov@yandexru", "ivanov@yandex.ru", "the point left out"),
        ("ivanov@mail,ru", "ivanov@mail.ru", "a comma"),
        ("ivanov@mail.ru.", "ivanov@mail.ru", "the end of a sentence"),
        ("ivanovmail.ru", "ivanov@mail.ru", "the sign left out"),
        ("ivanov @ mail.ru", "ivanov@mail.ru", "spaces about the sign"),
        ("ivanov(собака)mail.ru", "ivanov@mail.ru", "the sign as a word"),
        ("i.va.nov+okna@googlemail.com", "ivanov@gmail.com", "Google overlooks points and what follows a plus"),
        ("ivanov@ya.ru", "ivanov@yandex.ru", "one mailbox under several hosts"),
        ("ivan.petrov@yandex.com", "ivan-petrov@yandex.ru", "Yandex takes point and dash for one"),
        ("ivan.petrov@mail.ru", "ivan.petrov@mail.ru", "others do not"),
        ("ivаnov@mail.ru", "ivanov@mail.ru", "a Cyrillic а"),
        ('шмфтщм"ьфшдюкг', "ivanov@mail.ru", "typed with Russian keys"),
        ("Иван <ivan@firma.ru>", "ivan@firma.ru", "out of a letter's head"),
        ("mailto:ivan@firma.ru?", "ivan@firma.ru", "out of a link"),
        ("ivan@email.ru", "ivan@email.ru", "a host of its own, though one letter from another"),
        ("ivan@maila.com", "ivan@mail.com", "one letter from a host that there is"),
    ],
)
def test_one_spelling_for_one_mailbox(cell, at, reason):
    boxes, _unread = read(cell)
    assert [box.at for box in boxes] == ([at]), reason


def test_several_in_a_cell_and_what_was_put_right_is_said():
    boxes, unread = read("petr@list.ru; ivanov@mial.ru, no@mail.ru")
    assert [(box.at, box.repaired) for box in boxes] == [("petr@list.ru", False), ("ivanov@mail.ru", True)]
    assert unread == ("placeholder",)


@pytest.mark.parametrize("cell", ["no@mail.ru", "test@test.ru", "noreply@firma.ru", "aaa@mail.ru", "mail@example.com"])
def test_placeholders_are_nobodys(cell):
    assert read(cell) == ((), ("placeholder",))


def test_a_mailbox_of_a_firm_is_read_by_whoever_is_at_work():
    (info, ivan), _unread = read("info@okna.ru ivan@mail.ru")
    assert (info.is_role, info.is_public, ivan.is_role, ivan.is_public) == (True, False, False, True)


def test_mail_at_a_company_is_everybodys_there_and_nobodys_at_a_provider():
    [box], unread = read("mail@romashka.ru")
    assert (box.is_role, unread) == (True, ())
    assert read("mail@yandex.ru") == ((), ("placeholder",))


def test_a_blank_may_stand_for_the_at():
    [box], _unread = read("ivan.petrov list.ru")
    assert box.at == "ivan.petrov@list.ru"
