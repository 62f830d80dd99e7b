"""Sessions end in time, are bounded in number, and their names cannot be guessed."""

from demarche.web._sessions import Sessions


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def make(**given):
    clock = Clock()
    return Sessions(**{"idle": 60, "longest": 300, "most": 5, "most_each": 3, **given}, clock=clock), clock


def test_a_session_is_found_by_its_name_alone():
    sessions, _ = make()
    name, session = sessions.start("Ines", "stamp")
    assert sessions.find(name) is session
    assert (session.user, session.stamp) == ("Ines", "stamp")
    for other in (None, "", "x", name[:-1], name + "x", session.csrf, "\udcff"):
        assert sessions.find(other) is None


def test_names_and_tokens_are_of_256_bits_and_never_the_same():
    sessions, _ = make(most=1000, most_each=1000)
    made = [sessions.start("Ines") for _ in range(500)]
    values = [name for name, _ in made] + [session.csrf for _, session in made]
    assert len(set(values)) == 1000
    assert min(map(len, values)) >= 43  # 32 bytes in base64


def test_a_name_is_not_kept_in_memory():
    sessions, _ = make()
    name, _ = sessions.start("Ines")
    assert name not in repr(vars(sessions))


def test_an_unused_session_ends():
    sessions, clock = make()
    name, _ = sessions.start("Ines")
    for _ in range(4):
        clock.now += 59
        assert sessions.find(name)
    clock.now += 61
    assert sessions.find(name) is None
    clock.now -= 61
    assert sessions.find(name) is None  # it does not come back


def test_a_session_ends_however_much_it_is_used():
    sessions, clock = make()
    name, _ = sessions.start("Ines")
    alive = 0
    while sessions.find(name):
        clock.now += 30
        alive += 30
        assert alive < 400
    assert alive > 270


def test_a_clock_that_is_set_back_ends_a_session():
    sessions, clock = make()
    name, _ = sessions.start("Ines")
    clock.now -= 5000
    assert sessions.find(name) is None


def test_the_longest_unused_goes_when_there_are_too_many():
    sessions, clock = make(most_each=10)
    names = []
    for number in range(5):
        names.append(sessions.start(f"user {number}")[0])
        clock.now += 1
    sessions.find(names[0])
    sessions.start("one more")
    assert len(sessions) == 5
    assert sessions.find(names[0])
    assert sessions.find(names[1]) is None


def test_one_user_cannot_push_out_the_others():
    sessions, _ = make()
    name, _ = sessions.start("Ines")
    for _ in range(50):
        sessions.start("Otto")
    assert sessions.find(name)
    assert len(sessions) == 4


def test_sessions_are_ended_one_by_one_or_all_of_a_user():
    sessions, _ = make()
    first, second, other = (sessions.start(user)[0] for user in ("Ines", "Ines", "Otto"))
    sessions.end(first)
    assert sessions.find(first) is None
    assert sessions.find(second)
    sessions.end_all("Ines")
    assert sessions.find(second) is None
    assert sessions.find(other)
    sessions.end(None)
    sessions.end("unknown")
