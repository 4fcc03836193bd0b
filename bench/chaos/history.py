"""What a fault run leaves behind: the ledger's rows, the sinks' logs, and what was done to whom. Values only.

Times are POSIX seconds of one machine's clock. `worker` is the number of the worker process that carried
something, as the sinks can tell: each worker has a mail port of its own and signs its pushes with its number.
"""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Arrival:
    """A message that a sink took. `begun` is when it began, `at` when it was whole.

    `batch` and `endpoint` are what the message itself claims (Message-ID; Topic and the key it opens with);
    `address` is where it was sent. `heard` is False where the worker can't have heard that it was taken.
    """

    channel: str
    batch: UUID
    endpoint: UUID
    address: str
    title: str
    worker: int
    begun: float
    at: float
    heard: bool


@dataclass(frozen=True)
class Refusal:
    """A sink told for good that it does not take something for this address."""

    address: str
    at: float
    code: str


@dataclass(frozen=True)
class Row:
    """A delivery as it stands in the ledger at the end."""

    id: int
    batch: UUID
    endpoint: UUID
    status: str
    code: str


@dataclass(frozen=True)
class BatchFacts:
    """A batch as it was released."""

    id: UUID
    title: str
    endpoints: frozenset[UUID]  # of the guardians it was for, also those reported dead meanwhile
    released_at: float
    mail_due: float = 0.0  # when mail goes to who has a device and has not read
    stopped_at: float | None = None
    deadline: float | None = None


@dataclass(frozen=True)
class Reading:
    """A guardian opened a message: `spared` are the mail endpoints that waited until `at`, held by nobody."""

    batch: UUID
    spared: frozenset[UUID]
    at: float


@dataclass(frozen=True)
class Disturbance:
    """Something done to a worker ("killed", "paused", "ended") or to the database ("database", worker 0)."""

    kind: str
    worker: int
    begin: float
    end: float


@dataclass
class History:
    """Everything together. `lease`, `held` and `written` are in seconds.

    `held` is how long a worker may go on with what it holds; `written` how long after its arrival it is in
    the ledger, as long as worker and database are there.
    """

    lease: float
    held: float
    written: float
    addresses: dict[UUID, str]  # endpoint -> its address
    dead: frozenset[str]  # addresses that the plan lets sinks refuse for good
    devices: dict[UUID, frozenset[UUID]] = field(default_factory=dict)  # mail endpoint -> its owner's devices
    batches: dict[UUID, BatchFacts] = field(default_factory=dict)
    cut: dict[UUID, list[UUID]] = field(default_factory=dict)  # batch -> the endpoints in its slices
    readings: list[Reading] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    disturbances: list[Disturbance] = field(default_factory=list)
