"""The page in a browser: what a person does on it, and what hostile programs cannot do to it.

They need Chromium and chromedriver, and are skipped where these are not.
"""

import base64

import pytest

import scm_compiler as scm
from scm_compiler.playground.session import Session
from scm_compiler.runtime.run import open_run
from scm_compiler.shipped import example_programs, find_run
from tests.playground.browser import Browser, missing
from tests.playground.serving import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]

WRITE = (
    "const text = document.getElementById('text'); text.value = arguments[0];"
    "text.dispatchEvent(new Event('input'))"
)
DROP = """
const bytes = Uint8Array.from(atob(arguments[1]), (sign) => sign.charCodeAt(0));
const held = new DataTransfer(), input = document.getElementById("file");
held.items.add(new File([bytes], arguments[0]));
input.files = held.files; input.dispatchEvent(new Event("change"));
"""
SAVED = """
window.saved = [];
const made = URL.createObjectURL;
URL.createObjectURL = (blob) => { window.blob = blob; return made(blob); };
HTMLAnchorElement.prototype.click = function () {
  window.saved.push([this.download, window.blob.size, window.blob.type]);
};
"""
CUT = "return document.querySelectorAll('.edge.cut').length"


@pytest.fixture(scope="module")
def server():
    with serving(Session(open_run(find_run("drawn_faces")))) as made:
        yield made


@pytest.fixture(scope="module")
def window():
    with Browser() as browser:
        yield browser


@pytest.fixture
def page(window, server):
    window.open("about:blank")
    window.open(server.address)
    window.wait("return document.querySelector('#bars').dataset.moved > 1")
    yield window
    assert window.faults() == []


def node(name):
    return f"g.node[data-name='{name}']"


def write(page, text):
    page.run(WRITE, text)


def hold(page, name, count=1):
    page.run("document.querySelector('input[value=do]').click()")
    for _ in range(count):
        page.click(node(name))


def bar(page, name, value, side):
    """A number of the table of labels."""
    return page.run(
        """for (const row of document.querySelectorAll('#bars tbody tr'))
             if (row.querySelector('button').ariaLabel === arguments[0])
               return row.querySelector(arguments[1] + ' .digits').textContent.slice(0, 5)""",
        f"{name} is {value}",
        f".{side}",
    )


def test_holding_a_node_cuts_its_edges_and_moves_the_bars(page):
    hold(page, "Mustache")
    page.wait(
        "return document.querySelector('#bars thead').textContent.includes('do(Mustache=1)')"
    )
    assert page.run(CUT) == 2
    assert page.text("#regime") == "do(Mustache=1)"
    assert bar(page, "Male", 1, "seeing") == "0.999"
    assert bar(page, "Male", 1, "doing") == "0.417"
    page.click(node("Mustache"))
    assert page.text("#regime") == "do(Mustache=0)"
    page.click(node("Mustache"))
    assert page.run(CUT) == 0


BEHIND = """
const shapes = [...document.querySelectorAll("g.node .shape")];
const boxes = shapes.map((one) => one.getBoundingClientRect());
return [...document.querySelectorAll("path.edge")].map((line) => {
  const place = line.getScreenCTM(), points = [...Array(99).keys()].map((rank) =>
    line.getPointAtLength((line.getTotalLength() * (rank + 1)) / 100).matrixTransform(place));
  return boxes.filter((box) => points.some((at) =>
    box.left < at.x && at.x < box.right && box.top < at.y && at.y < box.bottom)).length;
});
"""
"""Of each line how many shapes some point of it lies behind."""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Severity : real\nDose : real(0, inf)\nPain : real\nSeverity -> Dose -> Pain\n", 3),
        ("Severity, Dose, Pain : binary\nDose <-> Pain\nSeverity -> Dose -> Pain\n", 4),
    ],
)
def test_no_line_runs_behind_a_node(page, text, lines):
    write(page, text + "Severity -> Pain\n")
    page.wait("return document.querySelectorAll('path.edge').length == arguments[0]", lines)
    assert page.run(BEHIND) == [0] * lines


def test_seeing_a_node_by_the_keyboard_cuts_nothing(page):
    page.run(f'document.querySelector("{node("Male")}").focus()')
    page.type(node("Male"), "s")
    assert page.text("#regime") == "given(Male=1)"
    assert page.run(CUT) == 0
    assert (
        page.run(f'return document.querySelector("{node("Male")}").ariaLabel') == "Male, seen: 1"
    )
    page.type(node("Male"), "d")
    assert page.text("#regime") == "do(Male=1)"


def test_images_of_both_regimes_are_drawn(page):
    hold(page, "Mustache")
    page.wait("return document.querySelector('#images img')?.naturalWidth", seconds=60)
    assert "do(Mustache=1)" in page.run("return document.querySelector('#images img').alt")


def test_a_question_is_composed_and_answered(page):
    hold(page, "Mustache")
    page.run(
        "const target = document.getElementById('target'); target.value = 'Male';"
        "target.dispatchEvent(new Event('change'))"
    )
    page.wait("return document.querySelector('#answer .result')?.textContent.includes('0.41675')")
    assert page.run("return document.getElementById('asked').value") == "P(Male | do(Mustache=1))"
    assert "P(Male | do(Mustache)) = P(Male)" in page.text("#answer")


def test_the_question_is_not_about_what_is_set(page):
    hold(page, "Narrow_Eyes")
    asked = "return document.getElementById('asked').value"
    assert page.run(asked) == "P(Mouth_Slightly_Open | do(Narrow_Eyes=1))"
    page.wait("return document.querySelector('#answer .result')")


def test_without_numbers_a_click_asks_what_is_identified(page):
    write(page, "Age : real\nx, y : binary\nAge -> x, y\nx -> y\n")
    page.wait(f'return document.querySelector("{node("Age")}")')
    page.click(node("Age"))
    assert page.text("#status").startswith("Age is a number and has no bars")
    hold(page, "x")
    page.wait("return document.querySelector('#answer')?.textContent.includes('P(y | do(x)) =')")


def test_numbers_alone_have_words_instead_of_bars(page):
    write(page, "x, y : real\nx -> y\n")
    page.wait("return document.querySelector('#labels-note').textContent.includes('scmc train')")
    assert page.text("#labels-note").startswith("Every node is a number and has no bars: ")
    assert page.run("return document.querySelector('#labels-note').className") == ""
    hidden = "return ['#had', '#target'].map((one) => !document.querySelector(one).offsetParent)"
    assert page.run(hidden) == [True, True]
    write(page, "Male : binary\n")
    page.wait("return document.querySelector('#labels-note').textContent === ''")
    assert page.run(hidden) == [False, False]


def test_an_example_is_undone_with_its_table(page):
    choose = "const s = document.getElementById('examples'); s.value = 'sprinkler';"
    page.run(choose + "s.dispatchEvent(new Event('change'))")
    page.wait("return document.querySelector('#data').textContent.includes('sprinkler/data.csv')")
    assert page.text("#data").endswith("/run does not fit.")
    page.wait("return document.querySelector('#bars').textContent.includes('0.500')")
    page.click("#undo")
    page.wait("return document.querySelector('#data').textContent.includes('drawn_faces')")
    page.wait("return document.querySelector('#bars').textContent.includes('0.226')")


def test_a_table_that_was_dropped_is_undone(page):
    seen = "return document.querySelector('#data').textContent.includes(arguments[0])"
    write(page, "A, B : binary\nA -> B\n")
    page.wait(f'return document.querySelector("{node("B")}")')
    for name, count in (("rare.csv", 10), ("often.csv", 90)):
        rows = "A,B\n" + "0,1\n" * 90 + "1,0\n" * count
        page.run(DROP, name, base64.b64encode(rows.encode()).decode())
        page.wait(seen, name)
    page.click("#undo")
    page.wait(seen, "rare.csv")
    page.wait("return document.querySelector('#bars').textContent.includes('0.100')")
    page.click("#redo")
    page.wait(seen, "often.csv")
    page.wait("return document.querySelector('#bars').textContent.includes('0.500')")
    assert "source" not in page.run("return location.hash")
    page.click("#undo")
    page.click("#undo")
    page.wait("return !document.querySelector('#data').textContent.includes('.csv')")


@pytest.mark.parametrize(
    ("example", "cause", "effect", "cut"),
    [
        ("sprinkler", "Rain", "Wet", 1),
        ("hair", "Young", "Wearing_Hat", 0),
        ("celeba_cg1", "Mustache", "Wearing_Lipstick", 4),
    ],
)
def test_other_examples_are_held_asked_imagined_and_shared(
    page, tmp_path, example, cause, effect, cut
):
    table = example_programs()[example].with_name("data.csv")
    data = f"csv:{table}?count=count" if table.exists() else None
    trained = scm.train(scm.load(example), data=data, run=tmp_path / "run", stage="labels")
    question = f"P({effect}=1 | do({cause}=1))"
    expected = float(trained.query(question))
    page.run(
        "const s = document.getElementById('examples'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('change'))",
        example,
    )
    drawn = "return document.querySelectorAll('.edge').length === arguments[0]"
    page.wait(drawn, len(trained.graph.edges))
    seen = "return document.querySelector('#data').textContent.includes(arguments[0])"
    page.wait(seen, "data.csv" if table.exists() else "drawn_faces/run")
    page.wait(
        "return [...document.querySelectorAll('#bars tbody button')]"
        ".some((one) => one.ariaLabel === arguments[0])",
        f"{effect} is 1",
    )
    page.click(node(effect))
    page.run(
        "document.getElementById('had-target').value = arguments[0];"
        "document.querySelector('#imagine button').click()",
        effect,
    )
    page.wait("return document.querySelector('#imagined .result')")
    assert "rung 3" in page.text("#imagined")
    page.click(node(effect))
    page.click(node(effect))
    was = page.run("return location.hash")
    hold(page, cause)
    head = f"do({cause}=1)"
    page.wait(
        "return document.querySelector('#bars thead').textContent.includes(arguments[0])", head
    )
    assert page.run(CUT) == cut
    assert float(bar(page, effect, 1, "doing")) == pytest.approx(expected, abs=6e-4)
    page.run(
        "const t = document.getElementById('target'); t.value = arguments[0];"
        "t.dispatchEvent(new Event('change'))",
        effect,
    )
    page.wait(
        "return document.querySelector('#answer .result')?.textContent.includes(arguments[0])",
        f"{expected:.3f}"[:5],
    )
    page.wait("return location.hash !== arguments[0]", was)
    address = page.run("return location.href")
    page.open("about:blank")
    page.open(address)
    page.wait("return document.querySelector('#regime').textContent === arguments[0]", head)


def test_what_would_have_been_is_answered(page):
    page.click(node("Bald"))
    page.run(
        "document.getElementById('had-target').value = 'Bald';"
        "document.querySelector('#imagine button').click()"
    )
    page.wait("return document.querySelector('#imagined .result')")
    assert "rung 3" in page.text("#imagined")


def test_findings_stand_under_the_words_and_are_mended(page):
    write(page, "A : binary\nA -> Bee\n")
    page.wait("return document.querySelector('.found-error')?.textContent === 'Bee'")
    assert "E201" in page.text("#findings")
    page.run("document.querySelectorAll('#findings button')[1].click()")
    page.wait(
        "const found = [...document.querySelectorAll('#findings button')]"
        ".find((one) => one.textContent.includes('declare'));"
        "found?.click(); return Boolean(found)"
    )
    page.wait(f'return document.querySelector("{node("Bee")}")')
    page.click("#undo")
    assert page.run("return document.getElementById('text').value") == "A : binary\nA -> Bee\n"


def test_words_are_completed_as_one_types(page):
    write(page, "Rain, Wet : binary\nRain -> ")
    page.type("#text", "W")
    page.wait("return !document.getElementById('choices').hidden")
    page.type("#text", "\ue007")  # Enter
    assert page.run("return document.getElementById('text').value").endswith("Rain -> Wet")


def test_a_node_is_dragged_and_its_place_kept(page):
    page.run(
        """const node = document.querySelector(arguments[0]), box = node.getBoundingClientRect();
           const at = (type, x, y) => node.dispatchEvent(new PointerEvent(type,
             { clientX: box.x + x, clientY: box.y + y, pointerId: 1, bubbles: true }));
           node.setPointerCapture = () => {};
           at("pointerdown", 20, 10); at("pointermove", 60, 40); at("pointerup", 60, 40)""",
        node("Male"),
    )
    page.wait("return /Male +: binary +# at /.test(document.getElementById('text').value)")
    assert page.text("#regime").startswith("observation")


def test_the_address_alone_holds_the_page(page, server):
    was = page.wait("return location.hash.length > 20 && location.hash")
    hold(page, "Bald")
    page.wait("return location.hash !== arguments[0]", was)
    address = page.wait("return location.href")
    page.open("about:blank")
    page.open(address)
    page.wait("return document.querySelector('#regime').textContent === 'do(Bald=1)'")
    page.open("about:blank")
    page.open(server.address + "#1nonsense")
    page.wait("return document.querySelector('#regime').textContent.startsWith('observation')")


def test_a_table_and_a_network_are_opened(page):
    write(page, "a, b : binary\na -> b\n")
    rows = "a,b\n0,0\n0,0\n1,1\n1,0\n"
    page.run(DROP, "mine.csv", base64.b64encode(rows.encode()).decode())
    page.wait("return document.querySelector('#data').textContent.includes('mine.csv')")
    network = "network n {}\nvariable A { type discrete [2] { no, yes }; }\n"
    network += "probability (A) { table 0.25, 0.75; }\n"
    page.run(DROP, "n.bif", base64.b64encode(network.encode()).decode())
    page.wait(f'return document.querySelector("{node("A")}")')
    page.wait("return document.querySelector('#bars').textContent.includes('0.750')")


@pytest.mark.parametrize("form", ["svg", "png", "dagitty", "scm"])
def test_pictures_and_graphs_are_saved(page, form):
    page.run(SAVED)
    page.wait("return document.querySelector('#save option[value=dagitty]')")
    page.run(
        "const s = document.getElementById('save'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('change'))",
        form,
    )
    name, size, _ = page.wait("return window.saved[0]")
    assert name == f"drawn_faces.{form}"
    assert size > 300


HOSTILE = [
    '"<script>window.hit=1</script>", "<img src=x onerror=window.hit=1>" : binary\n'
    '"<script>window.hit=1</script>" -> "<img src=x onerror=window.hit=1>"\n',
    'graph "\'-->]]><svg onload=window.hit=1>"\n"__proto__", constructor, toString : binary\n'
    "constructor -> toString\n",
    ", ".join(f"N{rank}" for rank in range(1000)) + " : binary\nN0 -> N1 -> N2\n",
    "A, B : binary\nA -> B -> A\n",
    'A : categorical("</textarea><script>window.hit=1</script>", b)\n',
    "\u202e\u0000 # \ud7ff" * 50,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_programs_do_no_harm(page, text):
    before = page.text("#status")
    write(page, text)
    page.wait(
        "return document.querySelector('#findings li')"
        " || document.querySelector('#status').textContent !== arguments[0]",
        before,
    )
    page.run(
        "document.querySelector('g.node')?.dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'd', bubbles: true }))"
    )
    assert page.run("return window.hit ?? null") is None
    write(page, "A, B : binary\nA -> B\n")
    page.wait(f'return document.querySelector("{node("B")}")')


def test_a_phone_and_the_dark_are_served(server):
    with Browser(
        390, 844, "--force-dark-mode", "--blink-settings=preferredColorScheme=0"
    ) as phone:
        phone.open(server.address)
        phone.wait("return document.querySelector('#bars').dataset.moved")
        width = "return [document.documentElement.scrollWidth, innerWidth]"
        wide, inner = phone.run(width)
        assert wide <= inner
        if phone.run("return document.documentElement.dataset.theme") == "light":
            phone.run("document.getElementById('theme').click()")
        assert (
            phone.run("return getComputedStyle(document.body).backgroundColor")
            == "rgb(18, 22, 29)"
        )
        assert phone.faults() == []
