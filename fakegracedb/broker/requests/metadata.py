"""What there is: versions, topics, settings, and who coordinates; and new topics."""

from __future__ import annotations

from typing import Any

from ..codec import BOOLEAN, BYTES, INT8, INT16, INT32, STRING, Array, Field, Struct
from ..errors import Code
from ..message import Message
from ..node import NODE_ID, Client, Node
from ..topics import Refused, check_name

__all__ = [
    "API_VERSIONS",
    "CREATE_TOPICS",
    "DESCRIBE_CONFIGS",
    "FIND_COORDINATOR",
    "METADATA",
    "create_topics",
    "describe_configs",
    "find_coordinator",
    "metadata",
]

_UNKNOWN_OPERATIONS = -(1 << 31)  # nobody is asked what he may do
_THROTTLE = "throttle_time_ms"
_TOPIC, _BROKER = 2, 4  # types of resources
_LIMIT = "max.message.bytes"

API_VERSIONS = Message(
    "ApiVersions",
    18,
    (0, 3),
    Struct(Field("client_software_name", STRING, 3), Field("client_software_version", STRING, 3)),
    Struct(
        Field("error_code", INT16, default=0),
        Field(
            "api_keys",
            Array(
                Struct(
                    Field("api_key", INT16),
                    Field("min_version", INT16),
                    Field("max_version", INT16),
                )
            ),
        ),
        Field(_THROTTLE, INT32, 1, default=0),
    ),
    flexible=3,
    plain_header=True,
)

# Not the flexible version 9: librdkafka reserves too little memory for answers as short as ours.
METADATA = Message(
    "Metadata",
    3,
    (0, 8),
    Struct(
        Field("topics", Array(Struct(Field("name", STRING)))),
        Field("allow_auto_topic_creation", BOOLEAN, 4, default=True),
        Field("include_cluster_operations", BOOLEAN, 8, default=False),
        Field("include_topic_operations", BOOLEAN, 8, default=False),
    ),
    Struct(
        Field(_THROTTLE, INT32, 3, default=0),
        Field(
            "brokers",
            Array(
                Struct(
                    Field("node_id", INT32),
                    Field("host", STRING),
                    Field("port", INT32),
                    Field("rack", STRING, 1),
                )
            ),
        ),
        Field("cluster_id", STRING, 2),
        Field("controller_id", INT32, 1, default=NODE_ID),
        Field(
            "topics",
            Array(
                Struct(
                    Field("error_code", INT16),
                    Field("name", STRING),
                    Field("is_internal", BOOLEAN, 1, default=False),
                    Field(
                        "partitions",
                        Array(
                            Struct(
                                Field("error_code", INT16, default=0),
                                Field("partition", INT32, default=0),
                                Field("leader", INT32, default=NODE_ID),
                                Field("leader_epoch", INT32, 7, default=0),
                                Field("replicas", Array(INT32), default=(NODE_ID,)),
                                Field("in_sync", Array(INT32), default=(NODE_ID,)),
                                Field("offline", Array(INT32), 5, default=()),
                            )
                        ),
                        default=(),
                    ),
                    Field("operations", INT32, 8, default=_UNKNOWN_OPERATIONS),
                )
            ),
        ),
        Field("operations", INT32, 8, default=_UNKNOWN_OPERATIONS),
    ),
)

FIND_COORDINATOR = Message(
    "FindCoordinator",
    10,
    (0, 3),
    Struct(Field("key", STRING), Field("key_type", INT8, 1, default=0)),
    Struct(
        Field(_THROTTLE, INT32, 1, default=0),
        Field("error_code", INT16, default=0),
        Field("error_message", STRING, 1),
        Field("node_id", INT32, default=-1),
        Field("host", STRING, default=""),
        Field("port", INT32, default=-1),
    ),
    flexible=3,
)

CREATE_TOPICS = Message(
    "CreateTopics",
    19,
    (0, 5),
    Struct(
        Field(
            "topics",
            Array(
                Struct(
                    Field("name", STRING),
                    Field("partitions", INT32),
                    Field("replication", INT16),
                    Field(
                        "assignments",
                        Array(Struct(Field("partition", INT32), Field("brokers", Array(INT32)))),
                    ),
                    Field("configs", Array(Struct(Field("name", STRING), Field("value", STRING)))),
                )
            ),
        ),
        Field("timeout_ms", INT32),
        Field("validate_only", BOOLEAN, 1, default=False),
    ),
    Struct(
        Field(_THROTTLE, INT32, 2, default=0),
        Field(
            "topics",
            Array(
                Struct(
                    Field("name", STRING),
                    Field("error_code", INT16),
                    Field("error_message", STRING, 1),
                    Field("partitions", INT32, 5, default=1),
                    Field("replication", INT16, 5, default=1),
                    Field("configs", Array(BYTES), 5, default=()),
                )
            ),
        ),
    ),
    flexible=5,
)

DESCRIBE_CONFIGS = Message(
    "DescribeConfigs",
    32,
    (0, 4),
    Struct(
        Field(
            "resources",
            Array(Struct(Field("type", INT8), Field("name", STRING), Field("keys", Array(STRING)))),
        ),
        Field("include_synonyms", BOOLEAN, 1, default=False),
        Field("include_documentation", BOOLEAN, 3, default=False),
    ),
    Struct(
        Field(_THROTTLE, INT32, default=0),
        Field(
            "results",
            Array(
                Struct(
                    Field("error_code", INT16, default=0),
                    Field("error_message", STRING),
                    Field("type", INT8),
                    Field("name", STRING),
                    Field(
                        "configs",
                        Array(
                            Struct(
                                Field("name", STRING),
                                Field("value", STRING),
                                Field("read_only", BOOLEAN, default=False),
                                Field("is_default", BOOLEAN, 0, 0, default=True),
                                Field("source", INT8, 1, default=5),
                                Field("is_sensitive", BOOLEAN, default=False),
                                Field("synonyms", Array(BYTES), 1, default=()),
                                Field("type", INT8, 3, default=0),
                                Field("documentation", STRING, 3),
                            )
                        ),
                        default=(),
                    ),
                )
            ),
        ),
    ),
    flexible=4,
)


async def metadata(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Tell of the node and of topics; nobody is made by being asked for."""
    asked = request["topics"]
    if asked is None or (version == 0 and not asked):
        names = node.topics.names
    else:
        names = [one["name"] for one in asked]
    topics: list[dict[str, Any]] = []
    for name in names:
        try:
            check_name(name or "")
            code = Code.NONE if name in node.topics else Code.UNKNOWN_TOPIC
        except Refused as refused:
            code = refused.code
        partitions: list[dict[str, Any]] = [] if code else [{}]
        topics.append({"error_code": code, "name": name, "partitions": partitions})
    return {
        "brokers": [{"node_id": NODE_ID, "host": node.host, "port": node.port}],
        "cluster_id": "fakegracedb",
        "topics": topics,
    }


async def find_coordinator(
    node: Node, client: Client, request: dict[str, Any], version: int
) -> Any:
    """Tell who looks after a group or a transaction, which is refused there: the one node."""
    if request["key_type"] not in (0, 1):
        return {
            "error_code": Code.INVALID_REQUEST,
            "error_message": "neither group nor transaction",
        }
    return {"node_id": NODE_ID, "host": node.host, "port": node.port}


async def create_topics(node: Node, client: Client, request: dict[str, Any], version: int) -> Any:
    """Make topics of one partition and one copy: more there cannot be here."""
    told: list[dict[str, Any]] = []
    for wanted in request["topics"] or ():
        name = wanted["name"] or ""
        try:
            _create(node, name, wanted, request["validate_only"], version)
            told.append({"name": name, "error_code": Code.NONE})
        except Refused as refused:
            told.append({"name": name, "error_code": refused.code, "error_message": str(refused)})
    return {"topics": told}


def _create(node: Node, name: str, wanted: dict[str, Any], only_try: bool, version: int) -> None:
    check_name(name)
    if name in node.topics:
        raise Refused(Code.TOPIC_EXISTS, f"topic {name!r} exists already")
    unsaid = -1 if version >= 4 else 1
    if wanted["assignments"]:
        if [(one["partition"], list(one["brokers"] or ())) for one in wanted["assignments"]] != [
            (0, [NODE_ID])
        ]:
            raise Refused(Code.INVALID_ASSIGNMENT, f"there is only node {NODE_ID}, partition 0")
    elif wanted["partitions"] not in (1, unsaid):
        raise Refused(Code.INVALID_PARTITIONS, "a topic has one partition here")
    elif wanted["replication"] not in (1, unsaid):
        raise Refused(Code.INVALID_REPLICATION, "there is only one node")
    limit = None
    for config in wanted["configs"] or ():
        if config["name"] != _LIMIT:
            continue  # how long records are kept and the like: here they all are
        try:
            limit = int(config["value"] or "")
        except ValueError:
            raise Refused(Code.INVALID_CONFIG, f"{_LIMIT} is a number of bytes") from None
    if not only_try:
        node.topics.create(name, limit)


async def describe_configs(
    node: Node, client: Client, request: dict[str, Any], version: int
) -> Any:
    """Tell of the settings that clients look at before they send."""
    results: list[dict[str, Any]] = []
    for resource in request["resources"] or ():
        name = resource["name"] or ""
        result: dict[str, Any] = {"type": resource["type"], "name": name}
        if resource["type"] == _TOPIC and name not in node.topics:
            result["error_code"] = Code.UNKNOWN_TOPIC
            result["error_message"] = f"there is no topic {name!r}"
        elif resource["type"] not in (_TOPIC, _BROKER):
            result["error_code"] = Code.INVALID_REQUEST
            result["error_message"] = "only topics and the node have settings here"
        else:
            settings = {"message.max.bytes": str(node.max_message)}
            if resource["type"] == _TOPIC:
                settings = {
                    _LIMIT: str(node.topics[name].max_message),
                    "cleanup.policy": "delete",
                    "retention.ms": "-1",
                }
            keys = resource["keys"]
            result["configs"] = [
                {"name": key, "value": value}
                for key, value in settings.items()
                if keys is None or key in keys
            ]
        results.append(result)
    return {"results": results}
