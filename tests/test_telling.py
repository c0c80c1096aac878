"""Who is told how far something has come."""

from scm_compiler.telling import counted, telling, told


def test_what_is_worked_on_is_counted_as_it_is_done():
    heard = []
    with telling(lambda *said: heard.append(said)):
        for item in counted("abcde", "letters", 5, each=2):
            heard.append(item)
    assert heard == ["a", "b", ("letters", 2, 5), "c", "d", ("letters", 4, 5), "e"]


def test_nobody_is_told_outside():
    assert list(counted([1, 2], "items")) == [1, 2]
    assert told()("items", 1, 2) is None
