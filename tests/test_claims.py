"""Claims: asserted over all measurements, shown alike on every machine, read back for the slides."""

import json

import numpy as np
import pytest

from course_lib.claims import MIME, Claims, load_claims


@pytest.fixture
def claims():
    return Claims("09")


def shown(claims, monkeypatch):
    """What claims.show() displays in a notebook."""
    pytest.importorskip("IPython")
    displayed = []
    monkeypatch.setattr("course_lib.claims.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: displayed.append(data))
    claims.show()
    return displayed[0]


def test_claims_that_hold(claims):
    claims.about("slope", measured=[0.97, 1.01], value=0.99, within=0.02, text="slope")
    claims.about("edge", measured=1.1, value=1, within=0.1, text="exactly at the end of the range")
    claims.equal("steps", measured=np.array([112, 112]), value=112, text="steps")
    claims.equal("winner", measured=["momentum", "momentum"], value="momentum", text="fastest method")
    claims.equal("same", measured=np.bool_(True), value=1, text="curves agree")
    claims.below("difference", measured=np.float32(1e-13), bound=1e-12, text="difference")
    claims.above("speed", measured=[[1.1, 1.2], [1.3, 1.4]], bound=1, text="speed")
    values = {name: (claim["value"], claim["number"]) for name, claim in claims.claims.items()}
    assert values == {"slope": ("0.99 ± 0.02", "0.99"), "edge": ("1.0 ± 0.1", "1.0"), "steps": ("112", "112"),
                      "winner": ("momentum", "momentum"), "same": ("1", "1"),
                      "difference": ("< 1e-12", "1e-12"), "speed": ("> 1", "1")}


@pytest.mark.parametrize(("kind", "measured", "claimed", "message"), [
    ("about", 1.3, {"value": 1, "within": 0.05}, r"claimed 1.00 ± 0.05, measured 1.3$"),
    ("about", [1.0, 1.3, 1.4], {"value": 1, "within": 0.05},
     r"measured 1.3 in measurement 1 \(2 of 3 outside; they run from 1 to 1.4\)$"),
    ("about", [1.0, np.nan], {"value": 1, "within": 0.05}, "measured nan in measurement 1"),
    ("equal", 111, {"value": 112}, "claimed 112, measured 111$"),
    ("equal", 0.1 + 0.2, {"value": 0.3}, "claimed 0.3, measured 0.3$"),
    ("equal", ["a", "b"], {"value": "a"}, r"claimed a, measured 'b' in measurement 1 \(1 of 2 outside\)"),
    ("below", 1.0, {"bound": 1.0}, "claimed < 1, measured 1$"),
    ("below", np.nan, {"bound": 1.0}, "measured nan"),
    ("above", [[2, 1], [3, 4]], {"bound": 1}, r"measured 1 in measurement 0, 1 \(1 of 4"),
])
def test_claim_that_does_not_hold_says_what_was_measured(claims, kind, measured, claimed, message):
    with pytest.raises(AssertionError, match=message) as error:
        getattr(claims, kind)("name", measured=measured, text="the text", **claimed)
    assert str(error.value).startswith("claim 'name' does not hold (the text): claimed ")
    assert claims.claims == {}


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"name": "Slope"}, ValueError, "name must be lower-case letters"),
    ({"name": "gd-slope"}, ValueError, "name must be lower-case letters"),
    ({"text": ""}, TypeError, "text must be text that says"),
    ({"text": "norm |w|"}, ValueError, "text must not contain"),
    ({"slides": 3}, TypeError, "slides must be text"),
    ({"measured": []}, ValueError, "measured must hold at least one"),
    ({"measured": "1"}, TypeError, "measured must be a number"),
    ({"value": np.inf}, ValueError, "value must be a number"),
    ({"within": -1}, ValueError, "within must be a number"),
])
def test_bad_argument_is_named(claims, change, error, message):
    given = {"name": "slope", "measured": 1.0, "value": 1, "within": 1, "text": "slope"} | change
    with pytest.raises(error, match=message):
        claims.about(given.pop("name"), **given)


@pytest.mark.parametrize("lecture", ["9", 9, "09_momentum", None])
def test_lecture_is_a_string_of_two_digits(lecture):
    with pytest.raises(ValueError, match="lecture must be"):
        Claims(lecture)


def test_name_is_used_once_and_an_empty_table_is_an_error(claims):
    with pytest.raises(ValueError, match="no claim yet"):
        claims.show()
    claims.equal("steps", measured=1, value=1, text="steps")
    with pytest.raises(ValueError, match="'steps' a second time"):
        claims.equal("steps", measured=1, value=1, text="steps")


def test_display_does_not_depend_on_the_digits_measured(monkeypatch):
    displays = []
    for measured in (0.98, 0.9812345):
        claims = Claims("09")
        claims.about("slope", measured=measured, value=0.99, within=0.02, text="slope", slides="1")
        displays.append(shown(claims, monkeypatch))
    assert displays[0] == displays[1]
    assert displays[0][MIME] == {"lecture": "09", "claims": {"slope": {
        "value": "0.99 ± 0.02", "number": "0.99", "text": "slope", "slides": "1"}}}
    assert displays[0]["text/markdown"].splitlines()[2] == "| `slope` | slope | 0.99 ± 0.02 | 1 |"


def test_long_texts_wrap_in_the_terminal(claims, capsys):
    claims.equal("steps", measured=1, value=1, text="a long text about the number of steps " * 4)
    claims.show()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "slides" not in lines[0]  # the column is left out when no claim uses it


def test_what_cannot_be_measured_here_is_listed_and_told(claims, monkeypatch, capsys):
    claims.below("keras", measured=None, bound=1e-4, text="weights, Keras")
    claims.about("speed", measured=None, value=2, within=1, text="speed")
    claims.equal("winner", measured=None, value="Adam", text="fastest method")
    claims.equal("steps", measured=112, value=112, text="steps")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [f"claim {name} was not measured in this run" for name in (
        "'keras' (weights, Keras)", "'speed' (speed)", "'winner' (fastest method)")]
    with_keras = Claims("09")
    with_keras.below("keras", measured=1e-7, bound=1e-4, text="weights, Keras")
    assert with_keras.claims["keras"] == claims.claims["keras"]
    assert list(claims.claims) == ["keras", "speed", "winner", "steps"]


def test_stored_claims_are_read_back(claims, monkeypatch, tmp_path):
    claims.equal("steps", measured=112, value=112, text="steps")
    claims.below("difference", measured=0.0, bound=1e-9, text="difference", slides="none")
    output = {"output_type": "display_data", "data": shown(claims, monkeypatch), "metadata": {}}
    path = tmp_path / "09_sample.ipynb"
    cells = [{"cell_type": "markdown", "source": "text"}, {"cell_type": "code", "outputs": [output]}]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert load_claims(path) == claims.claims

    path.write_text(json.dumps({"cells": [cells[1], cells[1]]}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"09_sample\.ipynb makes these claims twice: difference, steps"):
        load_claims(path)

    path.write_text(json.dumps({"cells": cells[:1]}), encoding="utf-8")
    assert load_claims(path) == {}
    with pytest.raises(FileNotFoundError, match="notebook_path must be an existing notebook"):
        load_claims(tmp_path / "none.ipynb")
