// SPDX-License-Identifier: Apache-2.0
// Guests on terms from the command line: the host by session, the guest and the delegate by their link alone; and checking a
// file of signed terms without any house.
#include <algorithm>
#include <fstream>
#include <ostream>
#include <sstream>
#include <utility>

#include "app/ctl/duration.h"
#include "app/ctl/house_command.h"
#include "core/api/guest_types.h"
#include "core/api/house_json.h"
#include "core/base/local_time.h"
#include "core/base/zone_files.h"
#include "core/room/terms_file.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;
using View = std::function<void(const api::GuestView&)>;

/// One of the two sides, found out from ID|LINK.
struct Side {
    HouseCallPtr call;
    std::optional<signal::InviteLink> link;   ///< absent = the host, by session
    base::Timer wait;

    std::string path(const std::string& act) const {
        if (link) return "/guests/open" + (act.empty() ? "" : "/" + act);
        return "/guests/" + call->given().text("ID|LINK") + (act.empty() ? "" : "/" + act);
    }
};
using SidePtr = std::shared_ptr<Side>;

Json jsonOf(const std::string& text) { return Json::parse(text, nullptr, false); }

/// nullptr after the call has ended with an error: no house is known, or the link is none.
SidePtr sideOf(const HouseCallPtr& call) {
    auto side = std::make_shared<Side>(Side{call, std::nullopt, {}});
    const auto text = call->given().text("ID|LINK");
    if (text.empty()) return call->usage("Give the id of a guest, or the link."), nullptr;
    if (text != "-" && text.find("/i/") == std::string::npos) return call->house() ? side : nullptr;
    side->link = call->link("ID|LINK");
    return side->link && call->house(*side->link) ? side : nullptr;
}

/// {"link","secret","code","proof"}; a proof is made anew for each request.
void asLink(const SidePtr& side, std::function<void(const Json&)> then) {
    if (!side->link) return then(nullptr);
    auto* house = side->call->house();
    const auto id = side->link->id();
    house->prove(api::guestPurpose(id), [side, then](base::Result<api::Proof> proof) {
        if (!proof) return side->call->fail(proof.error());
        api::GuestLink as{side->link->id(), side->link->secret(), side->call->given().text("code"), std::move(*proof)};
        then(jsonOf(api::toJson(as)));
    });
}

void send(const SidePtr& side, const std::string& act, Json body, std::function<void(base::Result<std::string>)> then) {
    asLink(side, [side, act, body = std::move(body), then](const Json& as) mutable {
        const bool bare = body.is_null();
        if (!as.is_null()) {
            if (bare) body = as;
            else body["as"] = as;
        }
        const auto text = side->link || !bare ? body.dump(-1, ' ', false, Json::error_handler_t::replace) : std::string();
        side->call->house()->request(side->path(act), text, side->link.has_value(), then);
    });
}

/// What a code that has to wait asks for is waited for, here: the person typed the right one once.
void sendPatiently(const SidePtr& side, const std::string& act, const Json& body, std::function<void(base::Result<std::string>)> then) {
    send(side, act, body, [side, act, body, then](base::Result<std::string> answer) {
        if (answer || answer.error().code != "code_wait") return then(std::move(answer));
        const auto seconds = std::max(1, std::atoi(answer.error().detail.c_str()));
        side->call->note("Many codes were tried for this invitation; trying yours again in " + std::to_string(seconds) + (seconds == 1 ? " second." : " seconds."));
        side->wait = side->call->after(std::chrono::seconds(seconds), [side, act, body, then] { sendPatiently(side, act, body, then); });
    });
}

void ask(const SidePtr& side, const std::string& act, const Json& body, View then) {
    sendPatiently(side, act, body, [side, then](base::Result<std::string> text) {
        if (!text) return side->call->fail(text.error());
        auto view = api::fromJson<api::GuestView>(*text);
        if (!view) return side->call->fail(view.error());
        then(*view);
    });
}

void printTerms(std::ostream& to, const api::Terms& terms) {
    for (const auto field : api::kTermsFields) {
        const bool cap = field == "audience_cap", length = field == "length_minutes";
        if (cap && terms.audienceCap == 0) to << "  audience: no limit\n";
        else if (cap) to << "  audience: at most " << terms.audienceCap << "\n";
        else if (length && terms.lengthMinutes > 0) to << "  length: " << terms.lengthMinutes << " minutes\n";
        else if (!length)
            for (const auto& entry : api::termsField(terms, field)) to << "  " << field << ": " << entry << "\n";
    }
}

void printView(const SidePtr& side, const api::GuestView& view) {
    const auto all = jsonOf(api::toJson(view));
    Json out{{"id", view.id.str()}, {"name", view.name},     {"party", all["party"]}, {"state", view.state}, {"version", view.version},
             {"terms", all["terms"]}, {"signed_by", Json::array()}, {"messages", all["messages"]}, {"verified", view.verified},
             {"seat_taken", view.seatTaken}, {"my_seat", view.mySeat}, {"safety_code", view.safetyCode}, {"room", view.room.str()},
             {"green_room", view.greenRoom.str()}, {"guest_ready", view.guestReady}, {"host_ready", view.hostReady}, {"started", view.started},
             {"at", view.atMs > 0 ? Json(base::formatIso(base::toUtcTime(base::fromUnixMs(view.atMs)))) : Json(nullptr)}, {"event", view.event},
             {"page", view.page}, {"ics", view.ics}, {"late_minutes", view.lateMinutes}};
    for (const auto& one : view.signedBy)
        out["signed_by"].push_back({{"side", one.side}, {"by", std::string(api::toString(one.by))}, {"key", one.key}, {"bound", one.bound}});
    side->call->print(out, [&](std::ostream& to) {
        to << view.name << ": " << view.state << ", version " << view.version << "\n";
        printTerms(to, view.terms);
        if (view.atMs > 0) to << "  on " << base::formatIso(base::toUtcTime(base::fromUnixMs(view.atMs))) << (view.started ? ", the audience is in" : "") << "\n";
        for (const auto& one : view.signedBy) to << "signed for the " << one.side << " by the " << api::toString(one.by) << ", key " << one.key << "\n";
        for (const auto& one : view.messages) to << one.name << " (" << one.act << "): " << one.text << "\n";
    });
}

// ---- commands

void create(const HouseCallPtr& call) {
    const auto& given = call->given();
    api::GuestWish wish;
    wish.name = given.text("name");
    wish.message = given.text("message");
    auto set = [&](const char* field, const char* option) { return api::setTermsField(wish.terms, field, given.list(option)); };
    for (const auto& [field, option] : {std::pair{"topic", "topic"}, {"questions", "question"}, {"when", "when"}, {"excluded", "exclude"},
                                        {"stage", "stage"}, {"format", "format"}, {"language", "language"}})
        if (auto done = set(field, option); !done) return call->fail(done.error());
    for (const auto& [field, option] : {std::pair{"length_minutes", "length"}, {"audience_cap", "cap"}})
        if (given.has(option))
            if (auto done = set(field, option); !done) return call->fail(done.error());
    wish.terms.recording = given.has("recording");
    if (given.has("expires")) {
        const auto life = parseDuration(given.text("expires"));
        if (!life) return call->usage("--expires takes a duration like 30m, 2h or 7d.");
        wish.expiresSeconds = std::chrono::duration_cast<std::chrono::seconds>(*life).count();
    }
    call->post("/guests", jsonOf(api::toJson(wish)), [call](const Json& made) {
        call->print(made, [&](std::ostream& to) {
            const auto line = [&](const char* what, const char* name) { to << what << made.value(name, std::string()) << "\n"; };
            line("id:            ", "id");
            line("public link:   ", "public_link");
            line("guest link:    ", "guest_link");
            line("claim code:    ", "claim_code");
            line("delegate link: ", "delegate_link");
            to << "Post the public link; give the guest the code over another channel, and the other two links to nobody else.\n";
        });
    });
}

/// The board, one column after the other.
void list(const HouseCallPtr& call) {
    call->get("/guests", [call](const Json& board) {
        const Json guests = board.value("guests", Json::array());
        call->print(guests, [&](std::ostream& to) {
            if (guests.empty()) to << "No guests invited.\n";
            for (const auto& [column, title] : {std::pair{"invited", "Invited"}, {"talking", "Talking"}, {"agreed", "Agreed"}, {"scheduled", "Scheduled"}, {"done", "Done"}}) {
                bool first = true;
                for (const auto& one : guests) {
                    if (one.value("column", "") != column) continue;
                    if (std::exchange(first, false)) to << title << "\n";
                    to << "  " << one.value("id", "") << "  " << one.value("name", "") << ": " << one.value("topic", "") << "  (" << one.value("state", "")
                       << ", version " << one.value("version", 1);
                    if (const auto at = one.value("at_ms", std::int64_t{0}); at > 0) to << ", on " << base::formatIso(base::toUtcTime(base::fromUnixMs(at)));
                    if (one.value("waits_for", "") == "host") to << ", waits for you";
                    to << ")\n";
                }
            }
        });
    });
}

void showPublic(const SidePtr& side) {
    const api::GuestLink as{side->link->id(), side->link->secret(), {}, {}};
    side->call->post("/guests/public", jsonOf(api::toJson(as)), [side](const Json& notice) {
        side->call->print(notice, [&](std::ostream& to) {
            to << notice.value("name", "") << ": " << notice.value("topic", "") << " (" << notice.value("state", "") << ")\n";
        });
    }, true);
}

void show(const HouseCallPtr& call) {
    const auto side = sideOf(call);
    if (!side) return;
    sendPatiently(side, "", nullptr, [side](base::Result<std::string> text) {
        if (!text && text.error().code == "code_needed" && side->link) return showPublic(side);
        if (!text) return side->call->fail(text.error());
        auto view = api::fromJson<api::GuestView>(*text);
        if (!view) return side->call->fail(view.error());
        printView(side, *view);
    });
}

/// "excluded=family" several times makes a list; "excluded=" empties it.
base::Result<api::Terms> changed(api::Terms terms, const std::vector<std::string>& settings) {
    std::vector<std::pair<std::string, std::vector<std::string>>> fields;
    for (const auto& one : settings) {
        const auto at = one.find('=');
        const std::string name = one.substr(0, at), value = at == std::string::npos ? std::string() : one.substr(at + 1);
        auto it = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
        if (it == fields.end()) it = fields.insert(fields.end(), {name, {}});
        if (!value.empty()) it->second.push_back(value);
    }
    for (const auto& [name, values] : fields)
        if (auto done = api::setTermsField(terms, name, values); !done) return base::Unexpected(done.error());
    return terms;
}

void sendAnswer(const SidePtr& side, const Json& body) {
    ask(side, "answer", body, [side](const api::GuestView& view) { printView(side, view); });
}

void answer(const HouseCallPtr& call) {
    const auto act = call->given().text("ANSWER");
    if (act != "accept" && act != "decline" && act != "ask" && act != "counter" && act != "hold")
        return call->usage("Answer accept, decline, ask, counter or hold.");
    if (act == "counter" && !call->given().has("set")) return call->usage("A counter-proposal needs at least one --set FIELD=VALUE.");
    const auto side = sideOf(call);
    if (!side) return;
    Json body{{"act", act}, {"text", call->given().text("text")}};
    if (act != "counter") return sendAnswer(side, body);
    ask(side, "", nullptr, [side, body](const api::GuestView& view) mutable {
        const auto terms = changed(view.terms, side->call->given().list("set"));
        if (!terms) return side->call->fail(terms.error());
        body["terms"] = jsonOf(api::toJson(*terms));
        body["version"] = view.version;
        sendAnswer(side, body);
    });
}

void sign(const HouseCallPtr& call) {
    int version = 0;
    std::istringstream number(call->given().text("version"));
    if (!(number >> version) || !number.eof() || version < 1) return call->usage("--version takes the number of the version you read.");
    const auto side = sideOf(call);
    if (!side) return;
    ask(side, "", nullptr, [side, call, version](const api::GuestView& view) {
        // The key belongs to one house: a server that names another one gets no signature with that one's key.
        if (view.house != call->house()->house())
            return call->fail({base::ErrorKind::untrusted, "house_changed", "These terms name another house.", "Do not sign; ask the host.", {}});
        const auto it = std::find_if(view.versions.begin(), view.versions.end(), [&](const auto& one) { return one.version == version; });
        if (it == view.versions.end())
            return call->fail({base::ErrorKind::notFound, "version_unknown", "There is no such version of the terms.", "Look at them with guest show.", {}});
        const auto key = call->keys().keyFor(view.house);
        const auto statement = api::termsStatement(view.house, view.id, view.name, version, view.party, it->terms);
        const Json body{{"version", version}, {"key", base::toBase64Url(key.publicKey())}, {"signature", base::toBase64Url(key.sign(statement))}};
        ask(side, "sign", body, [side](const api::GuestView& after) { printView(side, after); });
    });
}

void claim(const HouseCallPtr& call) {
    const auto side = sideOf(call);
    if (!side) return;
    if (!side->link) return call->usage("The seat is taken with a link.");
    ask(side, "claim", nullptr, [side](const api::GuestView& view) { printView(side, view); });
}

void ready(const HouseCallPtr& call) {
    const auto side = sideOf(call);
    if (side) ask(side, "ready", {{"on", !call->given().has("off")}}, [side](const api::GuestView& view) { printView(side, view); });
}

void offstage(const HouseCallPtr& call) {
    const auto side = sideOf(call);
    if (!side) return;
    if (!side->link) return call->usage("Give the delegate's link; as host, use the stage commands of the room.");
    send(side, "offstage", nullptr, [side](base::Result<std::string> done) {
        if (!done) return side->call->fail(done.error());
        side->call->print(Json::object(), [](std::ostream& to) { to << "The guest is off the stage.\n"; });
    });
}

void change(const HouseCallPtr& call) {
    Json body = Json::object();
    const auto& given = call->given();
    if (given.has("revoke")) body["revoke"] = true;
    if (given.has("withdraw-delegate")) body["withdraw_delegate"] = true;
    if (given.has("free-seat")) body["free_seat"] = true;
    if (given.has("compared")) body["compared"] = given.text("compared");
    if (given.has("start")) body["start"] = true;
    if (given.has("room")) body["room"] = given.text("room");
    if (given.has("at")) {
        const auto at = base::parseIsoTime(given.text("at"));
        if (!at) return call->fail(at.error());
        if (!at->offset) return call->usage("--at needs a time zone, like 2026-11-24T18:00Z.");
        body["at_ms"] = base::toUnixMs(base::toWallTime(at->utc()));
    }
    if (body.empty()) return call->usage("Say what to change: --revoke, --withdraw-delegate, --free-seat, --compared, --at, --room or --start.");
    const auto side = sideOf(call);
    if (!side) return;
    if (side->link) return call->usage("Only the host changes that; give the id.");
    ask(side, "change", body, [side](const api::GuestView& view) { printView(side, view); });
}

void schedule(const HouseCallPtr& call) {
    const auto& given = call->given();
    const Json body{{"at", given.text("at")}, {"zone", given.has("zone") ? given.text("zone") : base::machineZone()}};
    call->post("/guests/" + given.text("ID") + "/schedule", body, [call](const Json& view) {
        Json out = Json::object();
        for (const char* field : {"id", "event", "page", "ics", "room"}) out[field] = view.value(field, std::string());
        out["at"] = base::formatIso(base::toUtcTime(base::fromUnixMs(view.value("at_ms", std::int64_t{0}))));
        call->print(out, [&](std::ostream& to) {
            to << "In the calendar: " << out.value("event", "") << ", " << out.value("at", "") << "\npage:     " << out.value("page", "")
               << "\ncalendar: " << out.value("ics", "") << "\nThe audience comes in when you and the guest are ready (guest ready).\n";
        });
    });
}

void remind(const HouseCallPtr& call) {
    const auto link = call->link("LINK");
    if (!link || !call->house(*link)) return;
    const Json body{{"link", link->id().str()}, {"secret", link->secret()}, {"on", !call->given().has("off")}};
    call->post("/guests/remind", body, [call](const Json&) {
        call->print(Json::object(), [&](std::ostream& to) {
            to << (call->given().has("off") ? "No reminder.\n" : "You are told when it has a date, a quarter of an hour before, and when it begins.\n");
        });
    });
}

void terms(const HouseCallPtr& call) {
    const auto side = sideOf(call);
    if (!side) return;
    sendPatiently(side, "terms", nullptr, [call](base::Result<std::string> text) {
        if (!text) return call->fail(text.error());
        const auto file = room::verifyTerms(*text);
        if (!file) return call->fail(file.error());
        std::ofstream out(call->given().text("o"), std::ios::binary);
        out << jsonOf(*text).dump(2) << "\n";
        out.close();
        if (!out)
            return call->fail({base::ErrorKind::unavailable, "file_unwritable", "The terms cannot be written to this file.", "Choose another one.", {}});
        call->print({{"file", call->given().text("o")}, {"version", file->version}}, [&](std::ostream& to) {
            to << "Version " << file->version << ", signed by both sides, is in " << call->given().text("o") << ".\n";
        });
    });
}

std::string fingerprint(const std::string& key) { return room::keyFingerprint(*base::fromBase64Url(key)); }

void verify(const HouseCallPtr& call) {
    std::ifstream in(call->given().text("FILE"), std::ios::binary);
    std::string text(room::kMaxTermsFileBytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.is_open() || in.bad())
        return call->fail({base::ErrorKind::unavailable, "file_unreadable", "This file is not there or cannot be read.", "Look at its name and rights.",
                           call->given().text("FILE")});
    text.resize(static_cast<std::size_t>(in.gcount()));
    auto file = room::verifyTerms(text, call->given().text("expect"));
    if (!file) {
        auto error = file.error();
        error.kind = base::ErrorKind::unavailable;   // a failed check: exit code 1
        return call->fail(error);
    }
    Json out{{"house", file->house.str()}, {"guest", file->guest}, {"version", file->version}, {"house_fingerprint", fingerprint(file->houseKey)},
             {"signed_by", Json::array()}};
    for (const auto& one : file->signedBy)
        out["signed_by"].push_back({{"side", one.side}, {"by", std::string(api::toString(one.by))}, {"bound", one.bound}, {"key", one.key},
                                    {"fingerprint", fingerprint(one.key)}});
    call->print(out, [&](std::ostream& to) {
        to << "Genuine: the terms with " << file->guest << ", version " << file->version << ".\n";
        printTerms(to, file->terms);
        to << "house:    " << fingerprint(file->houseKey) << "\n";
        for (const auto& one : file->signedBy)
            to << one.side << ", by the " << api::toString(one.by) << " (" << one.bound << "): " << fingerprint(one.key) << "\n";
    });
}

}  // namespace

std::vector<HouseCommand> guestCommands() {
    const HouseArgument which{"ID|LINK", A::positional, "id (as host), or the link of the guest or delegate"};
    const HouseArgument code{"--code", A::option, "the claim code, with the public link"};
    return {
        {"guest create", "invite a guest on terms",
         {{"--topic", A::required, "what the talk is about"}, {"--name", A::required, "the guest"}, {"--when", A::repeated, "ISO time with a zone; several are a choice"},
          {"--exclude", A::repeated, "what is not talked about"}, {"--question", A::repeated, "what will be asked"}, {"--stage", A::repeated, "who else is on stage"},
          {"--format", A::option, "interview, panel …"}, {"--length", A::option, "minutes"}, {"--language", A::option, "spoken"}, {"--cap", A::option, "largest audience"},
          {"--recording", A::flag, "it will be recorded"}, {"--message", A::option, "first words"}, {"--expires", A::option, "like 7d"}}, create},
        {"guest list", "the board of guests", {}, list},
        {"guest show", "where a negotiation stands", {which, code}, show},
        {"guest answer", "accept, decline, ask, counter or hold",
         {which, {"ANSWER", A::positional, "accept|decline|ask|counter|hold"}, {"--text", A::option, "words for the other side"},
          {"--set", A::repeated, "FIELD=VALUE of a counter-proposal; again for a list"}, code}, answer},
        {"guest sign", "sign the newest version", {which, {"--version", A::required, "the version you read"}, code}, sign},
        {"guest schedule", "as host: the agreed talk goes into the calendar",
         {{"ID", A::positional, "of the guest"}, {"--at", A::option, "one of the agreed dates, where there are several"},
          {"--zone", A::option, "of the calendar; this machine's without"}}, schedule},
        {"guest remind", "by the public link: be told when it has a date and when it begins",
         {{"LINK", A::positional, "of the public post"}, {"--off", A::flag, "no reminder after all"}}, remind},
        {"guest claim", "take the guest's seat", {which, code}, claim},
        {"guest ready", "the light that says your side is ready", {which, {"--off", A::flag, "not ready after all"}, code}, ready},
        {"guest offstage", "as delegate: take the guest off the stage", {which}, offstage},
        {"guest change", "as host: withdraw, free the seat, mark as compared, set time and room",
         {which, {"--revoke", A::flag, "end the invitation"}, {"--withdraw-delegate", A::flag, "the delegate's link ends"}, {"--free-seat", A::flag, "the guest lost the key"},
          {"--compared", A::option, "KEY whose safety code was compared"}, {"--at", A::option, "ISO time of the talk"}, {"--room", A::option, "where"},
          {"--start", A::flag, "let the audience in without waiting for both lights"}}, change},
        {"guest terms", "the signed terms as a file", {which, {"-o", A::required, "file"}}, terms},
        {"terms verify", "check a file of signed terms without any server", {{"FILE", A::positional, "of guest terms"}, {"--expect", A::option, "key or fingerprint that has to be among the signers"}}, verify},
    };
}

}  // namespace parlour::ctl
