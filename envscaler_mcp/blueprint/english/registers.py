"""How different people write: the sentences around what is asked for, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REGISTERS = ("letter", "note", "chat", "mail")


@dataclass(frozen=True)
class Register:
    """One way of writing.

    Attributes:
        openings: what a text may begin with, blank included; `{title}` is that of the environment.
        closings: what it may end with.
        orders: sentences around `{do}`, an imperative with a small letter; `{Do}` with a capital.
        next_orders: the same behind another sentence.
        last_orders: the same behind several, at the end.
        tests: sentences around `{test}`, `{then}` and `{otherwise}`.
        tests_alone: the same where nothing is to be done otherwise.
        connectives: what stands before the `If` of a sentence that is not the first.
        news: what is asked behind news.
        more: what stands before news that are not the first thing said.
        day: where the day stands on which the text was written.
        lists: what a numbered list may begin with.
    """

    openings: tuple[str, ...]
    closings: tuple[str, ...]
    orders: tuple[str, ...]
    next_orders: tuple[str, ...]
    last_orders: tuple[str, ...]
    tests: tuple[str, ...]
    tests_alone: tuple[str, ...]
    connectives: tuple[str, ...]
    news: tuple[str, ...]
    more: tuple[str, ...]
    day: str
    lists: tuple[str, ...] = ()


LETTER = Register(
    openings=(
        "Dear colleague,\n\n",
        "Dear all,\n\n",
        "Dear colleague,\n\nI am writing on behalf of the management. ",
        "Dear colleague,\n\nThank you for looking into the following. ",
    ),
    closings=("\n\nYours sincerely", "\n\nWith kind regards", "\n\nThank you for your help."),
    orders=(
        "Please {do}.",
        "I should be grateful if you would {do}.",
        "May I ask you to {do}?",
        "Would you kindly {do}?",
    ),
    next_orders=(
        "Please then {do}.",
        "After that, please {do}.",
        "Next, I should like you to {do}.",
        "Following that, would you kindly {do}?",
    ),
    last_orders=("Finally, please {do}.", "Lastly, I should be grateful if you would {do}."),
    tests=(
        "If {test}, please {then}; otherwise, please {otherwise}.",
        "Please find out whether {test}. If so, {then}; if not, {otherwise}.",
        "If {test}, I should be grateful if you would {then}; if not, please {otherwise}.",
    ),
    tests_alone=(
        "If {test}, please {then}.",
        "Please find out whether {test}. If so, {then}; if not, there is nothing to be done.",
        "If {test}, I should be grateful if you would {then}.",
    ),
    connectives=("Then, ", "After that, ", "Next, "),
    news=(
        "Please do what has to be done under the policy.",
        "Please enter this, and see to everything that the policy asks for in such a case.",
    ),
    more=("There is one more thing.", "I must also tell you the following."),
    day="{day}\n\n",
)
NOTE = Register(
    openings=("",),
    closings=("", " Thanks."),
    orders=("{Do}.", "Please {do}."),
    next_orders=("Then {do}.", "Next, {do}.", "After that, {do}."),
    last_orders=("Finally, {do}.", "Last of all, {do}."),
    tests=(
        "If {test}, {then}; otherwise {otherwise}.",
        "If {test}, {then}. If not, {otherwise}.",
    ),
    tests_alone=(
        "If {test}, {then}.",
        "If {test}, {then}; otherwise do nothing about it.",
    ),
    connectives=("Then, ", "Next, ", "After that, "),
    news=("Do what has to be done under the policy.", "Deal with it as the policy lays down."),
    more=("One more thing.", "Also:"),
    day="{day}\n",
    lists=("To be dealt with, one after the other:\n",),
)
CHAT = Register(
    openings=("Hi! ", "Hello there, I need a hand. ", "Hey, a quick one. ", "Good morning! ", ""),
    closings=("", " Thanks a lot!", " Thank you!", " Cheers!"),
    orders=("Could you {do}?", "Can you please {do}?", "I need you to {do}.", "Would you {do}, please?"),
    next_orders=("Then could you {do}?", "And then please {do}.", "Once that is done, can you {do}?"),
    last_orders=("And last of all, could you {do}?", "Oh, and finally, please {do}."),
    tests=(
        "If {test}, could you {then}? If not, please {otherwise}.",
        "If {test}, please {then}, and if not, {otherwise}.",
        "Can you look up whether {test}? If so, {then}; if not, {otherwise}.",
    ),
    tests_alone=(
        "If {test}, could you {then}?",
        "If {test}, please {then}.",
        "Can you look up whether {test}? If so, {then}.",
    ),
    connectives=("And then, ", "After that, "),
    news=(
        "Can you do whatever the policy asks for in that case?",
        "Could you take care of everything that follows from that under the policy?",
    ),
    more=("There is something else.", "Oh, and this just came up."),
    day="[{day}] ",
)
MAIL = Register(
    openings=(
        "Subject: {title}\n\nHello,\n\n",
        "Subject: {title}\n\nHello,\n\nThis came in over the telephone this morning. ",
        "Subject: {title}, for today\n\nDear team,\n\n",
        "Subject: {title}\n\nHello everyone,\n\nI am passing on what we were asked for today. ",
    ),
    closings=("\n\nBest regards", "\n\nMany thanks", "\n\nThank you and best regards"),
    orders=("Please {do}.", "Could you please {do}?", "We need you to {do}."),
    next_orders=("Once that is done, please {do}.", "The next step is to {do}.", "After that, please {do}."),
    last_orders=("To finish, please {do}.", "The last step is to {do}."),
    tests=(
        "If {test}, please {then}; otherwise {otherwise}.",
        "Please check whether {test}: if so, {then}; if not, {otherwise}.",
    ),
    tests_alone=(
        "If {test}, please {then}.",
        "Please check whether {test}, and if so, {then}.",
    ),
    connectives=("Then, ", "After that, ", "The next point: "),
    news=(
        "Please see to everything that follows from this under the policy.",
        "Please record this and take the steps that the policy lays down for it.",
    ),
    more=("There is one more thing.", "We have also heard the following."),
    day="Date: {day}\n",
    lists=("Please deal with the following points in this order:\n",),
)
ALL: Mapping[str, Register] = dict(zip(REGISTERS, (LETTER, NOTE, CHAT, MAIL), strict=True))
