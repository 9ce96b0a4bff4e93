# SPDX-License-Identifier: MIT
"""A small GitHub for tests: issues, pull requests and what hangs on them, with state, on loopback.

    server.py serve FOLDER [JSON]      serves until it is ended; FOLDER/port says where
    server.py call PORT PATH [JSON]    asks it: GET, or POST with a body; prints the answer

It does what GitHub documents, and where GitHub is known to be odd, as GitHub: an issue's id is not
its number, pages are linked by another path than the one asked, a label that exists is 422, a
renamed repository redirects. Each request becomes a line of FOLDER/log.jsonl; "bad" lists what a
client must not do: headers missing, two requests at once, writes too close, fields or parameters
that are not documented, one marker posted twice, asking on while limited.

Paths below /_test are for the test: POST /_test/reset {} begins anew, POST /_test/set {"gap_ms": 50} sets options (OPTIONS below),
POST /_test/faults [{...}] says what goes wrong, once each, in order:
  "m", "path"  method and regular expression; what is not given matches
  "code", "headers", "body"   the answer (NOW+3 in a header: that many seconds from now)
  "drop": "before" or "after" the connection is cut before or after it was done
  "cut": true   done, and answered with half of the JSON
  "drip", "endless": true     an answer that comes slowly, or never ends
GET /_test/state is everything, GET /_test/bad the violations.
"""

import email.utils
import hashlib
import http.client
import http.server
import json
import os
import re
import sys
import threading
import time
import urllib.parse

ACCEPT = "application/vnd.github+json"
VERSIONS = ("2022-11-28", "2026-03-10")
MARKER = re.compile(r"<!-- wtorch:(.*?) -->")
MAX_BODY = 65536

OPTIONS = {
    "owner": "octo", "name": "app", "old": "octo/old", "moved": 307,
    "gap_ms": 0, "limit": 5000, "remaining": 4999, "reset_s": 3600,
    "sub_issues": True, "private": False, "archived": False, "has_issues": True,
    "tokens": {
        "good": {"login": "robot", "scopes": "repo, user"},
        "fine": {"login": "robot", "scopes": None},
        "weak": {"login": "guest", "scopes": "read:user"},
        "app": {"login": None, "scopes": None},
    },
}

# What GitHub documents: fields of a body, parameters of a query.
FIELDS = {
    "POST issues": "title body labels assignees milestone type",
    "PATCH issue": "title body labels assignees milestone type state state_reason",
    "POST comments": "body",
    "PATCH comment": "body",
    "POST labels": "name color description",
    "POST sub_issues": "sub_issue_id replace_parent",
    "POST pulls": "title head base body draft issue head_repo maintainer_can_modify",
    "PATCH pull": "title body state base maintainer_can_modify",
    "PUT merge": "commit_title commit_message sha merge_method",
    "POST statuses": "state target_url description context",
    "POST graphql": "query variables",
}
PARAMETERS = {
    "GET issues": "state labels sort direction since per_page page",
    "GET comments": "since per_page page",
    "GET sub_issues": "per_page page",
    "GET blocked_by": "per_page page",
    "GET pulls": "state head base sort direction per_page page",
    "GET status": "per_page page",
    "GET check_runs": "check_name status filter app_id per_page page",
}
ROUTES = [(name, re.compile(pattern + "$")) for name, pattern in (
    ("repo", ""), ("issues", "/issues"), ("issue", r"/issues/(\d+)"),
    ("comments", r"/issues/(\d+)/comments"), ("comment", r"/issues/comments/(\d+)"),
    ("sub_issues", r"/issues/(\d+)/sub_issues"),
    ("blocked_by", r"/issues/(\d+)/dependencies/blocked_by"),
    ("labels", "/labels"), ("label", "/labels/([^/]+)"), ("pulls", "/pulls"),
    ("pull", r"/pulls/(\d+)"), ("merge", r"/pulls/(\d+)/merge"),
    ("statuses", "/statuses/([0-9a-f]+)"), ("status", "/commits/([0-9a-f]+)/status"),
    ("check_runs", "/commits/([0-9a-f]+)/check-runs"),
)]


class Refused(Exception):
    def __init__(self, code, message, errors=None, headers=None):
        super().__init__(message)
        self.code, self.headers = code, headers or {}
        self.body = {"message": message, "documentation_url": "https://docs.github.com/rest"}
        if errors is not None:
            self.body["errors"] = errors


def invalid(resource, field, code="invalid", message=None):
    error = {"resource": resource, "field": field, "code": code}
    if message:
        error["message"] = message
    return Refused(422, "Validation Failed", [error])


class GitHub:
    """The state, and what each route does to it. One request at a time gets in here."""

    def __init__(self, options):
        self.options = dict(OPTIONS, **options)
        self.issues, self.pulls, self.comments, self.labels = {}, {}, {}, {}
        self.children, self.blockers, self.statuses, self.runs = {}, {}, {}, {}
        self.branches = {"main": "1" * 40}
        self.faults, self.posted, self.api = [], set(), ""
        self.last_number, self.last_comment = 0, 500
        self.limited_until, self.last_write = 0.0, 0.0
        self.reset = int(time.time()) + self.options["reset_s"]

    def full_name(self):
        return "%s/%s" % (self.options["owner"], self.options["name"])

    # What is shown

    def show_user(self, login):
        return {"login": login, "id": 1, "type": "User"} if login else None

    def show_issue(self, issue):
        number = issue["number"]
        shown = dict(issue, url=self.api + "/issues/%d" % number, repository_url=self.api,
                     html_url="https://example.invalid/%s/issues/%d" % (self.full_name(), number),
                     user=self.show_user(issue["user"]),
                     comments=sum(c["on"] == number for c in self.comments.values()),
                     labels=[{"id": 1, "name": name} for name in issue["labels"]])
        if self.options["sub_issues"]:
            shown.update(sub_issues_summary={"total": len(self.children.get(number, []))},
                         issue_dependencies_summary={"blocked_by": len(self.blockers.get(number, []))})
        if number in self.pulls:
            shown["pull_request"] = {"url": self.api + "/pulls/%d" % number}
        return shown

    def show_comment(self, comment):
        return {"id": comment["id"], "body": comment["body"], "user": self.show_user(comment["user"]),
                "html_url": "https://example.invalid/c/%d" % comment["id"]}

    def show_pull(self, pull, whole=True):
        issue = self.issues[pull["number"]]
        head = pull["head"]
        shown = {"number": pull["number"], "id": issue["id"] + 5, "node_id": "PR_%d" % pull["number"],
                 "state": issue["state"], "draft": pull["draft"], "title": issue["title"],
                 "body": issue["body"], "user": self.show_user(issue["user"]),
                 "html_url": "https://example.invalid/pull/%d" % pull["number"],
                 "head": {"ref": head, "sha": pull["merged_head"] or self.branches.get(head, "0" * 40)},
                 "base": {"ref": pull["base"]}, "merged_at": pull["merged_at"],
                 "merge_commit_sha": pull["merge_sha"]}
        if whole:
            shown.update(merged=pull["merged_at"] is not None, mergeable_state=pull["mergeable"])
        return shown

    # Checks of what comes

    def text(self, body, field, resource, limit, needed=False):
        value = body.get(field)
        if value is None and not needed:
            return None
        if value is None or (needed and value == ""):
            raise invalid(resource, field, "missing_field")
        if not isinstance(value, str):
            raise Refused(422, "Invalid request.\n\n%r is not a string." % (value,))
        if len(value) > limit:
            raise invalid(resource, field, "custom",
                          "%s is too long (maximum is %d characters)" % (field, limit))
        return value

    def find(self, things, key):
        if key not in things:
            raise Refused(404, "Not Found")
        return things[key]

    def want_sha(self, sha):
        if sha not in self.branches.values():
            raise Refused(422, "No commit found for SHA: " + sha)

    def new_issue(self, who, title, body, labels):
        self.last_number += 1
        number = self.last_number
        for name in labels:
            self.labels.setdefault(name, {"name": name, "color": "ededed", "description": None})
        self.issues[number] = {
            "id": 100000 + 7 * number, "number": number, "title": title, "body": body,
            "state": "open", "state_reason": None, "user": who, "labels": labels}
        return self.issues[number]

    def new_labels(self, body):
        labels = body.get("labels") or []
        if not all(isinstance(name, str) and 0 < len(name) <= 50 for name in labels):
            raise invalid("Label", "name")
        return labels

    # Routes

    def get_user(self, who, _):
        if who is None:
            raise Refused(403, "Resource not accessible by integration")
        return 200, {"login": who, "id": 1}

    def get_repo(self, who, _):
        o = self.options
        return 200, {"id": 4242, "full_name": self.full_name(), "default_branch": "main",
                     "archived": o["archived"], "has_issues": o["has_issues"],
                     "permissions": {"push": who != "guest", "pull": True}}

    def get_issues(self, who, query):
        state, labels = query.get("state", "open"), query.get("labels")
        found = [self.show_issue(i) for i in self.issues.values()
                 if state in ("all", i["state"]) and (not labels or set(labels.split(",")) <= set(i["labels"]))]
        return 200, found if query.get("direction") == "asc" else found[::-1]

    def post_issues(self, who, body):
        title = self.text(body, "title", "Issue", 256, True)
        text = self.text(body, "body", "Issue", MAX_BODY)
        return 201, self.show_issue(self.new_issue(who, title, text, self.new_labels(body)))

    def get_issue(self, who, _, number):
        return 200, self.show_issue(self.find(self.issues, int(number)))

    def patch_issue(self, who, body, number):
        issue = self.find(self.issues, int(number))
        title = self.text(body, "title", "Issue", 256)
        text = self.text(body, "body", "Issue", MAX_BODY)
        if body.get("state", "open") not in ("open", "closed"):
            raise invalid("Issue", "state")
        if title is not None:
            issue["title"] = title
        if text is not None:
            issue["body"] = text
        if "labels" in body:
            issue["labels"] = self.new_labels(body)
        if "state" in body:
            issue["state"] = body["state"]
            issue["state_reason"] = body.get("state_reason") or (
                "completed" if body["state"] == "closed" else "reopened")
        return 200, self.show_issue(issue)

    def get_comments(self, who, _, number):
        self.find(self.issues, int(number))
        return 200, [self.show_comment(c) for c in self.comments.values() if c["on"] == int(number)]

    def post_comments(self, who, body, number):
        self.find(self.issues, int(number))
        text = self.text(body, "body", "IssueComment", MAX_BODY, True)
        self.last_comment += 3
        comment = {"id": self.last_comment, "on": int(number), "body": text, "user": who}
        self.comments[comment["id"]] = comment
        return 201, self.show_comment(comment)

    def get_comment(self, who, _, key):
        return 200, self.show_comment(self.find(self.comments, int(key)))

    def patch_comment(self, who, body, key):
        comment = self.find(self.comments, int(key))
        comment["body"] = self.text(body, "body", "IssueComment", MAX_BODY, True)
        return 200, self.show_comment(comment)

    def get_sub_issues(self, who, _, number):
        self.find(self.issues, int(number))
        return 200, [self.show_issue(self.issues[n]) for n in self.children.get(int(number), [])]

    def post_sub_issues(self, who, body, number):
        parent = self.find(self.issues, int(number))["number"]
        key = body.get("sub_issue_id")
        child = [i["number"] for i in self.issues.values() if i["id"] == key]
        if not child:
            raise Refused(404, "The provided sub-issue does not exist")
        if any(child[0] in list_ for list_ in self.children.values()):
            raise Refused(422, "Validation Failed", ["Sub issue may only have one parent"])
        if len(self.children.get(parent, [])) >= 100:
            raise Refused(422, "Validation Failed", ["Parent cannot have more than 100 sub-issues"])
        self.children.setdefault(parent, []).append(child[0])
        return 201, self.show_issue(self.issues[parent])

    def get_blocked_by(self, who, _, number):
        return 200, [self.show_issue(self.issues[n]) for n in self.blockers.get(int(number), [])]

    def post_labels(self, who, body):
        name = self.text(body, "name", "Label", 50, True)
        color = body.get("color", "ededed")
        if not re.fullmatch("[0-9a-fA-F]{6}", color):
            raise invalid("Label", "color")
        if name.lower() in (known.lower() for known in self.labels):
            raise invalid("Label", "name", "already_exists")
        self.labels[name] = {"name": name, "color": color,
                             "description": self.text(body, "description", "Label", 100)}
        return 201, self.labels[name]

    def get_label(self, who, _, name):
        return 200, self.find(self.labels, urllib.parse.unquote(name))

    def get_pulls(self, who, query):
        owner, _, head = query.get("head", "").rpartition(":")
        state = query.get("state", "open")
        found = []
        for pull in reversed(list(self.pulls.values())):
            # Without an owner the filter counts for nothing.
            if owner and (owner.lower() != self.options["owner"].lower() or pull["head"] != head):
                continue
            if state in ("all", self.issues[pull["number"]]["state"]):
                found.append(self.show_pull(pull, False))
        return 200, found

    def post_pulls(self, who, body):
        title = self.text(body, "title", "PullRequest", 256, True)
        text = self.text(body, "body", "PullRequest", MAX_BODY)
        head = self.text(body, "head", "PullRequest", 256, True)
        base = self.text(body, "base", "PullRequest", 256, True)
        for field, branch in (("head", head), ("base", base)):
            if branch not in self.branches:
                raise invalid("PullRequest", field)
        if self.branches[head] == self.branches[base]:
            raise invalid("PullRequest", "head", "custom", "No commits between %s and %s" % (base, head))
        for pull in self.pulls.values():
            if pull["head"] == head and self.issues[pull["number"]]["state"] == "open":
                raise invalid("PullRequest", "head", "custom", "A pull request already exists for %s:%s."
                              % (self.options["owner"], head))
        issue = self.new_issue(who, title, text, [])
        pull = {"number": issue["number"], "head": head, "base": base, "draft": bool(body.get("draft")),
                "merged_at": None, "merge_sha": None, "merged_head": None, "mergeable": "clean"}
        self.pulls[pull["number"]] = pull
        return 201, self.show_pull(pull)

    def get_pull(self, who, _, number):
        return 200, self.show_pull(self.find(self.pulls, int(number)))

    def patch_pull(self, who, body, number):
        pull = self.find(self.pulls, int(number))
        self.patch_issue(who, {k: v for k, v in body.items() if k in ("title", "body", "state")}, number)
        return 200, self.show_pull(pull)

    def put_merge(self, who, body, number):
        pull = self.find(self.pulls, int(number))
        issue = self.issues[pull["number"]]
        if body.get("merge_method", "merge") not in ("merge", "squash", "rebase"):
            raise invalid("PullRequest", "merge_method")
        if pull["draft"] or issue["state"] != "open" or pull["mergeable"] not in ("clean", "unstable"):
            raise Refused(405, "Pull Request is not mergeable")
        if body.get("sha") not in (None, self.branches[pull["head"]]):
            raise Refused(409, "Head branch was modified. Review and try the merge again.")
        pull["merged_head"] = self.branches[pull["head"]]
        pull["merge_sha"] = hashlib.sha1(pull["merged_head"].encode()).hexdigest()
        pull["merged_at"] = "2026-01-01T00:00:00Z"
        issue["state"] = "closed"
        self.branches[pull["base"]] = pull["merge_sha"]
        return 200, {"sha": pull["merge_sha"], "merged": True, "message": "Pull Request successfully merged"}

    def post_statuses(self, who, body, sha):
        self.want_sha(sha)
        if body.get("state") not in ("error", "failure", "pending", "success"):
            raise invalid("Status", "state")
        self.text(body, "description", "Status", 140)
        status = {"state": body["state"], "context": body.get("context", "default"),
                  "description": body.get("description"), "target_url": body.get("target_url")}
        self.statuses.setdefault(sha, {})[status["context"]] = status
        return 201, status

    def get_status(self, who, _, sha):
        self.want_sha(sha)
        return 200, {"state": "pending", "total_count": len(self.statuses.get(sha, {})),
                     "statuses": list(self.statuses.get(sha, {}).values())}

    def get_check_runs(self, who, _, sha):
        self.want_sha(sha)
        runs = self.runs.get(sha, [])
        return 200, {"total_count": len(runs), "check_runs": runs}

    def post_graphql(self, who, body):
        if "markPullRequestReadyForReview" not in body.get("query", ""):
            return 200, {"errors": [{"type": "UNKNOWN", "message": "that is not served here"}]}
        node = (body.get("variables") or {}).get("id", "")
        pull = [p for p in self.pulls.values() if "PR_%d" % p["number"] == node]
        if not pull:
            return 200, {"data": None, "errors": [{"type": "NOT_FOUND", "message":
                         "Could not resolve to a node with the global id of '%s'" % node}]}
        pull[0]["draft"] = False
        return 200, {"data": {"markPullRequestReadyForReview": {"pullRequest": {"isDraft": False}}}}

    # For the test

    def test_reset(self, values):
        self.__init__(values)
        Handler.log.clear()
        return {}

    def test_all(self, calls):
        """[["issue", {...}], ...]: each call costs a test a process."""
        for what, values in calls:
            getattr(self, "test_" + what)(values)
        return {}

    def test_set(self, values):
        for key, value in values.items():
            if key not in self.options:
                raise Refused(422, "no option " + key)
            self.options[key] = value
        return {}

    def test_branches(self, values):
        self.branches.update(values)
        return {}

    def test_faults(self, values):
        self.faults = list(values)
        return {}

    def test_runs(self, values):
        self.runs.update(values)
        return {}

    def test_pull(self, values):
        """Makes one for {"head": ...}, or changes {"number": ...}."""
        number = values.pop("number", None)
        if number is None:
            self.post_pulls("octocat", dict({"title": "P", "base": "main"}, **values))
        else:
            self.pulls[number].update(values)
        return {}

    def test_blocked(self, values):
        self.blockers = {int(k): v for k, v in values.items()}
        return {}

    def test_issue(self, values):
        who = values.get("user", "octocat")
        self.new_issue(who, values["title"], values.get("body"), values.get("labels", []))
        return {}

    def test_edit(self, values):
        self.issues[values.pop("number")].update(values)
        return {}

    def test_children(self, values):
        self.children = {int(k): v for k, v in values.items()}
        return {}

    def test_comment(self, values):
        self.last_comment += 3
        self.comments[self.last_comment] = {"id": self.last_comment, "on": values["on"], "body": values["body"],
                                            "user": values.get("user", "octocat")}
        return {}

    def test_delete_comment(self, values):
        del self.comments[values["id"]]
        return {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    github, folder, log, lock = None, None, [], threading.Lock()
    in_flight = 0

    def log_message(self, *args):
        pass

    # Answers

    def send(self, code, body, headers=None, cut=False):
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = dict(headers or {})
        if cut:
            raw = raw[:len(raw) // 2]
        self.send_response_only(code)
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
        headers.setdefault("Date", email.utils.formatdate(usegmt=True))
        if code != 304:
            headers["Content-Length"] = str(len(raw))
        for name, value in headers.items():
            self.send_header(name, re.sub(r"NOW\+(\d+)", lambda m: str(int(time.time()) + int(m[1])), value))
        self.end_headers()
        if code != 304:
            self.wfile.write(raw)

    def trickle(self, pause):
        """Goes on until the client leaves."""
        self.close_connection = True
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * (1 if pause else 65536))
                time.sleep(pause)
        except OSError:
            pass

    def usual(self, who):
        o = self.github.options
        headers = {"X-RateLimit-Limit": str(o["limit"]), "X-RateLimit-Remaining": str(max(o["remaining"], 0)),
                   "X-RateLimit-Reset": str(self.github.reset), "X-RateLimit-Resource": "core"}
        if who and who["scopes"] is not None:
            headers["X-OAuth-Scopes"] = who["scopes"]
        return headers

    # Rules

    def check(self, route, query, body):
        bad, h = [], self.headers
        if not h.get("User-Agent"):
            bad.append("no User-Agent")
        if h.get("Accept") != ACCEPT:
            bad.append("Accept: %s" % h.get("Accept"))
        if h.get("X-GitHub-Api-Version") not in VERSIONS:
            bad.append("version %s" % h.get("X-GitHub-Api-Version"))
        if not h.get("Authorization", "").startswith("Bearer "):
            bad.append("no Authorization")
        if body is not None and not h.get("Content-Type", "").startswith("application/json"):
            bad.append("Content-Type: %s" % h.get("Content-Type"))
        if Handler.in_flight > 1:
            bad.append("two at once")
        if time.time() < self.github.limited_until - 0.05:
            bad.append("asked while limited")
        name = "%s %s" % (self.command, route)
        unknown = set(body or {}) - set(FIELDS.get(name, "").split()) if isinstance(body, dict) else set()
        unknown |= set(query) - set(PARAMETERS.get(name, "").split())
        if unknown:
            bad.append("unknown: %s" % ", ".join(sorted(unknown)))
        if int(query.get("per_page", "1")) > 100:
            bad.append("per_page over 100")
        return bad

    def check_write(self, path, body, bad):
        g = self.github
        gap = 1000 * (time.time() - g.last_write)
        if g.last_write and gap < g.options["gap_ms"]:
            bad.append("%d ms behind the write before" % gap)
        marker = MARKER.search(str((body or {}).get("body"))) if self.command == "POST" else None
        if marker and (path, marker[1]) in g.posted:
            bad.append("posted twice: %s" % marker[1])
        return (path, marker[1]) if marker else None

    def limit(self, code, headers):
        """What was said about limits counts from now on."""
        lower = {k.lower(): v for k, v in headers.items()}
        if code not in (403, 429):
            return
        if "retry-after" in lower and lower["retry-after"].isdigit():
            self.github.limited_until = time.time() + int(lower["retry-after"])

    # One request

    def take_fault(self, path):
        for fault in self.github.faults:
            if fault.get("m", self.command) == self.command and re.search(fault.get("path", ""), path):
                self.github.faults.remove(fault)
                return fault
        return {}

    def page(self, found, key, query, path, base):
        per_page = min(int(query.get("per_page", "30")), 100)
        page, items = int(query.get("page", "1")), found[key] if key else found
        last = max(1, -(-len(items) // per_page))
        part = items[(page - 1) * per_page:page * per_page]
        links = {}
        if last > 1:
            def link(n, rel):
                return '<%s%s?%s>; rel="%s"' % (base, path, urllib.parse.urlencode(dict(query, page=n)), rel)
            parts = ([link(page + 1, "next")] if page < last else []) + [link(last, "last"), link(1, "first")]
            links["Link"] = ", ".join(parts)
        return (dict(found, **{key: part}) if key else part), links

    def may(self, who, route, is_write):
        g = self.github
        if who is None:
            raise Refused(401, "Bad credentials" if self.headers.get("Authorization") else "Requires authentication")
        if who["login"] == "guest" and route != "user":
            if g.options["private"]:
                raise Refused(404, "Not Found")
            if is_write:
                raise Refused(403, "Resource not accessible by personal access token", headers={
                    "X-Accepted-GitHub-Permissions": "issues=write", "X-Accepted-OAuth-Scopes": "repo"})
        if is_write and g.options["archived"] and route != "graphql":
            raise Refused(403, "Repository was archived so is read-only.")
        if not g.options["has_issues"] and route in ("issues", "issue", "comments", "comment", "sub_issues"):
            raise Refused(410, "Issues has been disabled in this repository.")
        if route in ("sub_issues", "blocked_by") and not g.options["sub_issues"]:
            raise Refused(404, "Not Found")

    def route(self, path):
        """Name of the route, its arguments, and where it has moved to."""
        g = self.github
        if path in ("/user", "/graphql"):
            return path[1:], (), None
        for prefix, moved in (("/repos/" + g.full_name(), None), ("/repositories/4242", None),
                              ("/repos/" + g.options["old"], "/repositories/4242")):
            if path.lower() == prefix.lower() or path.lower().startswith(prefix.lower() + "/"):
                rest = path[len(prefix):]
                for name, pattern in ROUTES:
                    match = pattern.match(rest)
                    if match:
                        return name, match.groups(), moved + rest if moved else None
        return None, (), None

    def answer(self, path, query, body, base):
        """Code, body and headers of the real answer, and the violations."""
        if self.github.options["remaining"] < 0:
            return 403, {"message": "API rate limit exceeded"}, self.usual(None), ["limit exceeded"]
        g, is_write = self.github, self.command != "GET"
        name, groups, moved = self.route(path)
        bad = self.check(name, query, body)
        who = g.options["tokens"].get(self.headers.get("Authorization", "")[7:])
        headers = self.usual(who)
        if moved:
            code = g.options["moved"] if is_write else 301
            where = base + moved + ("?" + urllib.parse.urlencode(query) if query else "")
            return code, {"message": "Moved Permanently", "url": where}, dict(headers, Location=where), bad
        posted = self.check_write(path, body, bad) if is_write else None
        g.api = base + "/repos/" + g.full_name()
        try:
            self.may(who, name, is_write)
            action = getattr(g, "%s_%s" % (self.command.lower(), name), None) if name else None
            if not action:
                raise Refused(404, "Not Found")
            if is_write and not isinstance(body, dict):
                raise Refused(400, "Problems parsing JSON")
            code, found = action(who["login"], body if is_write else query, *groups)
        except Refused as e:
            return e.code, e.body, dict(headers, **e.headers), bad
        if posted:
            g.posted.add(posted)
        if not is_write:
            key = {"status": "statuses", "check_runs": "check_runs"}.get(name)
            if key or isinstance(found, list):
                rest = re.sub("^/repos/[^/]+/[^/]+", "/repositories/4242", path)
                found, links = self.page(found, key, query, rest, base)
                headers.update(links)
            etag = '"%s"' % hashlib.sha1(json.dumps(found).encode()).hexdigest()
            headers["ETag"] = etag
            if self.headers.get("If-None-Match") == etag:
                return 304, None, headers, bad
        return code, found, headers, bad

    def serve_one(self, body, path, query, base):
        g, is_write = self.github, self.command != "GET"
        fault = self.take_fault(self.path)
        if fault.get("drop") == "before":
            return 0, ["cut before"], None
        if fault.get("drip") or fault.get("endless"):
            return 0, ["trickle"], lambda: self.trickle(0.05 if fault.get("drip") else 0)
        if "code" in fault:
            name = self.route(path)[0]
            code, found, bad = fault["code"], fault.get("body"), self.check(name, query, body)
            if is_write:
                self.check_write(path, body, bad)
            headers = dict(self.usual(None), **fault.get("headers", {}))
            self.limit(code, headers)
            if isinstance(found, str):
                found = found.encode()
        else:
            code, found, headers, bad = self.answer(path, query, body, base)
            if code != 304:
                g.options["remaining"] -= 1
            headers.update(fault.get("headers", {}))
        if is_write and not 300 <= code < 400:
            g.last_write = time.time()
        if fault.get("drop") == "after":
            return code, bad, None
        return code, bad, lambda: self.send(code, found, headers, fault.get("cut"))

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode("utf-8", "replace")
        if path.startswith("/_test/"):
            return self.handle_test(path[7:], body)
        base = "http://" + self.headers.get("Host", "")
        for prefix in ("/api/v3", "/api"):
            if path.startswith(prefix + "/"):
                base, path = base + prefix, path[len(prefix):]
                break
        # It counts as done before the answer: the client may ask again as soon as it has that.
        Handler.in_flight += 1
        with Handler.lock:
            code, bad, reply = self.serve_one(body, path, query, base)
            self.note(code, bad)
            Handler.in_flight -= 1
        if reply:
            reply()
        else:
            self.close_connection = True

    def note(self, code, bad):
        notes = [b for b in bad if b in ("cut before", "trickle")]
        line = {"m": self.command, "u": self.path, "code": code, "bad": [b for b in bad if b not in notes],
                "notes": notes, "at_ms": int(time.time() * 1000),
                "etag": "If-None-Match" in self.headers}
        Handler.log.append(line)
        with open(os.path.join(self.folder, "log.jsonl"), "a") as f:
            f.write(json.dumps(line) + "\n")

    def handle_test(self, what, body):
        g = self.github
        with Handler.lock:
            if self.command == "GET":
                answers = {
                    "log": lambda: Handler.log,
                    "bad": lambda: [e for e in Handler.log if e["bad"]],
                    "state": lambda: {k: getattr(g, k) for k in (
                        "issues", "pulls", "comments", "labels", "children", "statuses", "branches", "faults")},
                }
                return self.send(200, answers[what]())
            try:
                return self.send(200, getattr(g, "test_" + what)(body))
            except Refused as e:
                return self.send(e.code, e.body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any


def serve(folder, options):
    Handler.github, Handler.folder = GitHub(options), folder
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with open(os.path.join(folder, "port.new"), "w") as f:
        f.write(str(server.server_address[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    server.serve_forever()


def call(port, path, text):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
    connection.request("POST" if text else "GET", path, text.encode() if text else None)
    reply = connection.getresponse()
    print(reply.read().decode())
    return 0 if reply.status == 200 else 1


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], json.loads(sys.argv[3]) if len(sys.argv) > 3 else {})
    else:
        sys.exit(call(sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else None))
