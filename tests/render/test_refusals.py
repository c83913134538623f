from envscaler_mcp.render.refusals import refusals_of

SOURCE = """
TOO_LATE = "too_late"

def require(condition, code, message):
    if not condition:
        raise Refusal(code, message)

def page(limit):
    require(limit > 0, "bad_page", "limit is 1 or more.")

class Shed(Environment):
    def lend(self, key):
        tool = self.find(self.tools, key, "tool")
        self._open(tool)
        require(tool.free, code="taken", message=f"{key} is out.")
        raise Refusal(TOO_LATE, "Closed.")

    def give_back(self, key):
        self._get(key, "garden tool")
        raise Refusal("clean" if key else "dirty", message="No.")

    def _get(self, key, noun):
        return self.find(self.tools, key, noun)

    def _open(self, tool):
        self._open(tool)
        page(1)

    def look(self):
        raise Refusal(self.reasons[0], "unknown here")
"""


def test_refusals_are_found_wherever_a_tool_can_reach_them():
    found = refusals_of(SOURCE, "Shed")
    assert {card.code: card.text for card in found["lend"]} == {
        "unknown_tool": "There is no tool ….",
        "bad_page": "limit is 1 or more.",
        "taken": "… is out.",
        "too_late": "Closed.",
    }
    assert [card.code for card in found["give_back"]] == ["clean", "dirty", "unknown_garden_tool"]
    assert found["look"] == ()
