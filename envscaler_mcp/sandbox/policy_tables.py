"""What foreign source may name: modules with their attributes, builtins, dunder names.

Everything is an allow-list; what is not here is refused. Left out on purpose: `uuid.uuid1` and
`getnode` (they read the machine), `typing.get_type_hints` and `ForwardRef` (they evaluate
strings), `operator` and `string.Formatter` (they reach attributes by text), `functools.lru_cache`
(state outside the snapshot), `time.sleep`, `pydantic.ImportString` and `create_model`.
"""

from __future__ import annotations

import builtins


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES: dict[str, frozenset[str]] = {
    "__future__": _names("annotations"),
    "abc": _names("ABC abstractmethod"),
    "base64": _names("b16encode b32encode b64decode b64encode urlsafe_b64decode urlsafe_b64encode"),
    "bisect": _names("bisect bisect_left bisect_right insort insort_left insort_right"),
    "calendar": _names("isleap leapdays monthrange weekday day_abbr day_name month_abbr month_name timegm"),
    "collections": _names("Counter OrderedDict defaultdict deque namedtuple ChainMap"),
    "collections.abc": _names(
        "Callable Collection Container Generator Hashable Iterable Iterator Mapping MutableMapping "
        "MutableSequence MutableSet Sequence Set Sized"
    ),
    "copy": _names("copy deepcopy"),
    "dataclasses": _names("dataclass field asdict astuple replace fields is_dataclass"),
    "datetime": _names("datetime date time timedelta timezone tzinfo MINYEAR MAXYEAR UTC"),
    "decimal": _names(
        "Decimal InvalidOperation ROUND_HALF_UP ROUND_HALF_EVEN ROUND_HALF_DOWN ROUND_DOWN ROUND_UP "
        "ROUND_FLOOR ROUND_CEILING"
    ),
    "enum": _names("Enum IntEnum StrEnum Flag IntFlag auto unique"),
    "functools": _names("reduce partial cmp_to_key total_ordering wraps"),
    "hashlib": _names("blake2b blake2s md5 sha1 sha224 sha256 sha384 sha512 sha3_256 sha3_512"),
    "heapq": _names("heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest"),
    "itertools": _names(
        "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile "
        "filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee "
        "zip_longest"
    ),
    "json": _names("dumps loads JSONDecodeError"),
    "math": _names(
        "acos asin atan atan2 ceil comb copysign cos degrees dist e exp fabs factorial floor fmod fsum "
        "gcd hypot inf isclose isfinite isinf isnan isqrt lcm log log10 log1p log2 modf nan perm pi pow "
        "prod radians sin sqrt tan tau trunc"
    ),
    "pydantic": _names(
        "BaseModel ConfigDict Field PrivateAttr ValidationError computed_field field_validator "
        "model_validator PositiveInt NonNegativeInt PositiveFloat NonNegativeFloat StringConstraints"
    ),
    "random": _names(
        "Random betavariate choice choices gauss normalvariate randint random randrange sample seed "
        "shuffle triangular uniform"
    ),
    "re": _names(
        "compile escape findall finditer fullmatch match search split sub subn Match Pattern error A "
        "ASCII I IGNORECASE M MULTILINE S DOTALL X VERBOSE U UNICODE"
    ),
    "secrets": _names("choice randbelow randbits token_bytes token_hex token_urlsafe compare_digest"),
    "statistics": _names(
        "mean fmean geometric_mean harmonic_mean median median_low median_high mode multimode pstdev "
        "pvariance stdev variance quantiles StatisticsError"
    ),
    "string": _names("ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits punctuation"),
    "textwrap": _names("dedent fill indent shorten wrap"),
    "time": _names(
        "asctime ctime gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns "
        "strftime strptime struct_time time time_ns"
    ),
    "typing": _names(
        "AbstractSet Annotated Any AnyStr Callable ClassVar Collection Container Counter DefaultDict "
        "Deque Dict Final FrozenSet Generator Generic Hashable Iterable Iterator List Literal Mapping "
        "MutableMapping MutableSequence MutableSet NamedTuple Never NewType NoReturn NotRequired Optional "
        "OrderedDict Protocol Required Self Sequence Set Sized Tuple Type TypeAlias TypeVar TypedDict "
        "Union TYPE_CHECKING cast final overload runtime_checkable"
    ),
    "urllib.parse": _names(
        "parse_qs quote quote_plus unquote unquote_plus urlencode urljoin urlparse urlsplit"
    ),
    "uuid": _names("UUID uuid3 uuid4 uuid5 NAMESPACE_DNS NAMESPACE_URL NAMESPACE_OID NAMESPACE_X500"),
}
MODULES["typing_extensions"] = MODULES["typing"]

RUNTIME_NAMES = _names("Environment Entity Refusal read write rule VOLATILE APPEND_ONLY DERIVED FREE_TEXT")
"""What a native environment may take from `._runtime`."""

MEMBERS_OF_NAMESAKES: dict[str, frozenset[str]] = {
    "datetime": _names(
        "now utcnow today strptime strftime fromisoformat fromtimestamp utcfromtimestamp fromordinal "
        "combine min max resolution"
    ),
    "time": _names("fromisoformat min max"),
    "copy": frozenset(),
    "random": frozenset(),
    "uuid": frozenset(),
}
"""Where `import m` and `from m import m` stand in one source: what may follow `m.` in either case."""

BUILTINS = _names(
    "abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod "
    "enumerate filter float format frozenset hash hex int isinstance issubclass iter len list map max "
    "min next object oct ord pow print property range repr reversed round set slice sorted "
    "staticmethod str sum tuple zip True False None NotImplemented Ellipsis Exception BaseException "
    "ArithmeticError AssertionError AttributeError EOFError FloatingPointError IndexError KeyError "
    "LookupError NameError NotImplementedError OSError OverflowError PermissionError RecursionError "
    "RuntimeError StopIteration TimeoutError TypeError UnboundLocalError UnicodeDecodeError "
    "UnicodeEncodeError UnicodeError ValueError ZeroDivisionError ImportError FileNotFoundError "
    "ConnectionError FileExistsError Warning DeprecationWarning UserWarning RuntimeWarning"
)

CALLED_ONLY = _names("type super getattr hasattr setattr delattr")
"""Builtins that may only be called, in a form that the policy can read."""

ALL_BUILTINS = BUILTINS | CALLED_ONLY | frozenset(dir(builtins))

LOOKING = _names("isinstance issubclass str repr print")
"""Builtins that look at a type and do not keep it."""

TYPE_NAMES = _names("type list dict set tuple frozenset")

READABLE_DUNDERS = _names("__name__ __doc__ __members__")
"""Dunder attributes that anyone may read: they lead nowhere."""

DEFINABLE_DUNDERS = _names(
    "__init__ __post_init__ __repr__ __str__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ "
    "__len__ __iter__ __next__ __contains__ __getitem__ __setitem__ __delitem__ __bool__ __call__ "
    "__add__ __sub__ __mul__ __truediv__ __floordiv__ __mod__ __neg__ __abs__ __radd__ __iadd__ "
    "__int__ __float__ __enter__ __exit__ __format__"
)

REFUSED_ATTRIBUTES = _names(
    "gi_frame gi_code gi_yieldfrom gi_running cr_frame cr_code cr_await cr_origin ag_frame ag_code "
    "ag_await f_back f_builtins f_code f_globals f_locals f_trace f_lineno tb_frame tb_next tb_lasti "
    "tb_lineno co_code co_consts co_names co_varnames func_code func_globals func_defaults mro "
    "parse_raw parse_file from_orm construct model_construct model_rebuild update_forward_refs "
    "format_map"
)
"""Attributes that lead to frames, code objects, files or pickles."""

RESERVED_ON_SELF = _names("_clock")
"""Private attributes of the base class that belong to the episode."""

CLASS_KEYWORDS = _names("total frozen")
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
