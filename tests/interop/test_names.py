import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.interop.names import scenario_ids, server_names, shortened, snake, title, tool_names

SERVER = re.compile(r"^[a-z][a-z0-9_]{0,47}$")
TOOL = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


@pytest.mark.parametrize(
    ("name", "expected", "heading"),
    [
        ("HRIS", "hris", "HRIS"),
        ("ERPSystem", "erp_system", "ERP System"),
        ("OCRProcessingService", "ocr_processing_service", "OCR Processing Service"),
        ("tool_shed", "tool_shed", "Tool Shed"),
        ("Depot2Go", "depot_2_go", "Depot 2 Go"),
    ],
)
def test_a_class_name_becomes_a_server_name_and_a_heading(name, expected, heading):
    assert snake(name) == expected
    assert title(name) == heading


def test_bland_words_go_before_telling_ones():
    assert shortened("boat_rental_management_system", 20) == "boat_rental"
    assert shortened("online_boat_rental_desk", 20) == "online_boat_rental"


def test_two_environments_of_one_class_carry_their_ids():
    names = server_names([("env_1", "Shed", 9), ("env_2", "Shed", 9), ("env_3", "Barn", 9)])
    assert names == ["shed_env_1", "shed_env_2", "barn"]


def test_names_that_no_client_takes_are_mapped():
    long = "list_everything_that_was_ever_put_into_the_shed"
    names = tool_names(["state", "close", "putAway", long, "get_tool"], {"state": "read", "close": "write"})
    assert names == {
        "state": "get_state",
        "close": "do_close",
        "putAway": "put_away",
        long: "list_everything_that_was_ever_put_into",
        "get_tool": "get_tool",
    }


def test_a_mapped_name_never_takes_anothers():
    assert tool_names(["Fetch", "fetch"], {}) == {"Fetch": "fetch_2", "fetch": "fetch"}


def test_scenario_ids_are_file_names():
    assert scenario_ids([3, "a/b", "a b", "", "../x"]) == ["3", "a-b", "a-b-2", "scenario", "x"]


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=60), st.integers(1, 40)), max_size=8))
def test_server_names_are_always_fit_and_unique(classes):
    names = server_names(classes)
    assert len(set(names)) == len(classes)
    for name, (_, _, longest) in zip(names, classes, strict=True):
        assert SERVER.match(name)
        assert len("mcp____") + len(name) + longest <= 64


@given(st.lists(st.text(max_size=60), unique=True, max_size=8))
def test_tool_names_are_always_fit_and_unique(released):
    names = tool_names(released, {})
    assert list(names) == released
    assert len(set(names.values())) == len(released)
    assert all(TOOL.match(name) for name in names.values())
