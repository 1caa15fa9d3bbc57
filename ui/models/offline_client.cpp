// SPDX-License-Identifier: Apache-2.0
#include "ui/models/offline_client.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/room/entrance.h"

namespace parlour::ui {

namespace {
constexpr const char* kListenerLink = "https://talk.example.org/i/Evening2026#k=AAAAAAAAAAAAAAAAAAAAAA";

struct Somebody {
    const char* name;
    api::Power power;
    api::Seat seat;
    bool open;
    bool hand;
};
constexpr Somebody kPeople[] = {
    {"Josephine Okafor", api::Power::host, api::Seat::stage, true, false},
    {"Marc Dubois", api::Power::moderator, api::Seat::stage, false, false},
    {"Victor Tamm", api::Power::none, api::Seat::stage, true, false},
    {"Priya Raman", api::Power::none, api::Seat::stage, false, false},
    {"Lin Wei", api::Power::none, api::Seat::stage, true, false},
    {"Tom Pike", api::Power::none, api::Seat::audience, false, false},
    {"Sofia Rossi", api::Power::none, api::Seat::audience, false, false},
    {"Kenji Ito", api::Power::none, api::Seat::audience, false, true},
    {"Amara Diallo", api::Power::none, api::Seat::audience, false, false},
    {"Nils Berg", api::Power::none, api::Seat::audience, false, false},
    {"Olga Petrova", api::Power::none, api::Seat::audience, false, false},
    {"Ravi Patel", api::Power::none, api::Seat::audience, false, true},
    {"Lucia Gomez", api::Power::none, api::Seat::audience, false, false},
    {"Hugo Lang", api::Power::none, api::Seat::audience, false, true},
    {"Mei Chen", api::Power::none, api::Seat::audience, false, false},
    {"Yusuf Kaya", api::Power::none, api::Seat::audience, false, false},
    {"Ida Holm", api::Power::none, api::Seat::audience, false, false},
    {"Pablo Ruiz", api::Power::none, api::Seat::audience, false, false},
    {"Zoe Clark", api::Power::none, api::Seat::audience, false, false},
};

base::WallTime ago(const base::Clock& clock, std::chrono::minutes minutes) { return clock.wallNow() - minutes; }

std::string lowered(const char* name) {
    std::string id;
    for (const char* c = name; *c; ++c)
        if (*c != ' ') id += static_cast<char>(*c | 0x20);
    return id;
}
}  // namespace

OfflineClient::OfflineClient(const base::Clock& clock) : houses(clock), m_clock(clock) {
    houses.onStage = [this](const api::StageCommand& asked) {
        room::Command wish{asked.verb, asked.target, asked.note, asked.minutes, asked.on, asked.closeLink};
        wish.place = asked.place;
        wish.seconds = asked.seconds;
        wish.link = asked.link;
        wish.sinceMinutes = asked.sinceMinutes;
        command(wish);
    };
    houses.onQuestions = [this] {
        ++m_state.questionsRevision;
        ++m_state.questionsDesk;
        publish();
    };
    houses.takeNote = [this](const base::Identity& who) {
        for (const auto& hand : m_state.hands)
            if (hand.identity == who) {
                const std::string note = hand.note;
                command({api::StageVerb::lower, who, {}, {}, true, false});
                return note;
            }
        return std::string();
    };
}

void OfflineClient::listen(ClientEvents events) { m_events = std::move(events); }

base::Result<LinkFacts> OfflineClient::readLink(const std::string& link) const {
    // The real grammar is core/signal's; here only what the pages need.
    const auto scheme = link.find("://");
    const auto path = scheme == std::string::npos ? scheme : link.find("/i/", scheme + 3);
    if (path == std::string::npos || link.find("#k=") == std::string::npos)
        return base::fail(base::ErrorKind::invalidInput, "link_form", "This is not an invitation link of Parlour.",
                          "A link looks like https://talk.example.org/i/… and ends with #k=…");
    LinkFacts facts;
    facts.host = link.substr(scheme + 3, path - scheme - 3);
    facts.loopback = facts.host.rfind("127.0.0.1", 0) == 0;
    facts.secure = !facts.loopback;
    facts.pinned = link.find("&p=") != std::string::npos;
    facts.display = link.substr(0, link.find('#'));
    return facts;
}

void OfflineClient::lookInside(const std::string&, std::function<void(base::Result<room::LinkPreview>)> done) {
    ++lookedInside;
    room::LinkPreview preview;
    preview.houseName = "Evening Salon";
    preview.inviterName = "Josephine Okafor";
    preview.roomTitle = "Rockets, markets, and ask me anything";
    preview.role = api::Role::listener;
    preview.listeners = 14;
    preview.onStage = 5;
    preview.live = true;
    preview.liveSince = ago(m_clock, std::chrono::minutes(42));
    preview.kind = linkKind;
    preview.here = linkHere;
    preview.needsCode = !linkCode.empty();
    if (linkKind == api::InvitationKind::membership) {
        preview.roomTitle.clear();
        preview.message = "We meet on Tuesdays. Bring a question.";
    }
    done(preview);
}

void OfflineClient::redeem(const std::string&, const std::string& name, const std::string& code,
                           std::function<void(base::Result<api::Redeemed>)> done) {
    if (code != linkCode)
        return done(base::fail(base::ErrorKind::refused, "wrong_code", "This code does not fit.", "Ask the person who invited you."));
    api::Redeemed redeemed;
    redeemed.identity = houses.me.id;
    redeemed.name = name;
    redeemed.kind = linkKind;
    houses.me.standing = api::Standing::member;
    houses.me.left = 2;
    done(std::move(redeemed));
}
void OfflineClient::enter(const std::string&, const std::string& name) { fill(name, "listener"); }
void OfflineClient::enterKnown(const std::string&, const base::RoomId& room, const std::string& name) {
    entered = room.str();
    fill(name, "listener");
}

base::Result<void> OfflineClient::enterServer(const std::string& url, const std::string& token) {
    auto server = room::checkServerAddress({url, token});
    if (!server) return base::Unexpected<base::Error>(std::move(server).error());
    entered = server->url;
    fill("Guest", "listener");
    auto plain = state();
    plain.plainServer = true;
    plain.houseName.clear();
    plain.chatKept = false;
    plain.hands.clear();
    show(std::move(plain));
    return {};
}

void OfflineClient::fill(const std::string& name, const std::string& as) {
    room::RoomState state;
    state.session = room::SessionState::joined;
    state.room = base::RoomId("a");
    state.title = "Rockets, markets, and ask me anything";
    state.houseName = "Evening Salon";
    state.startedAt = ago(m_clock, std::chrono::minutes(42));
    state.self = base::Identity("anamoreau");
    auto own = std::make_shared<room::Participant>();
    own->identity = state.self;
    own->name = name;
    own->isSelf = true;
    if (as == "speaker" || as == "moderator" || as == "host") own->seat = api::Seat::stage;
    if (as == "moderator") own->power = api::Power::moderator;
    if (as == "host") own->power = api::Power::host;
    int key = 0;
    bool ownIn = false;
    for (const auto& somebody : kPeople) {
        if (!ownIn && (somebody.seat == api::Seat::audience || (own->seat == api::Seat::stage && somebody.power == api::Power::none))) {
            state.participants.push_back(own);
            ownIn = true;
        }
        auto person = std::make_shared<room::Participant>();
        person->identity = base::Identity(lowered(somebody.name));
        person->name = somebody.name;
        person->power = as == "host" && somebody.power == api::Power::host ? api::Power::moderator : somebody.power;
        person->seat = somebody.seat;
        person->microphoneOpen = somebody.open;
        person->audioTrack = static_cast<std::uint32_t>(&somebody - kPeople) + 1;
        if (somebody.hand) {
            person->handKey = "00000100000000" + std::to_string(10 + key);   // as core/house/hand_queue.h makes them
            const std::chrono::minutes waits[] = {std::chrono::minutes(6), std::chrono::minutes(3), std::chrono::minutes(0)};
            const char* notes[] = {"A question about reusable stages", "", "Could we talk about fees for small launches?"};
            const bool sees = own->power != api::Power::none;
            state.hands.push_back({person->identity, person->name, sees ? notes[key] : "", ago(m_clock, waits[key])});
            ++key;
        }
        state.participants.push_back(std::move(person));
    }
    const auto chat = [&](const char* id, const char* from, const char* words, int minutes) {
        room::ChatMessage message;
        message.id = id;
        message.from = base::Identity(lowered(from));
        message.fromName = from;
        message.text = words;
        message.at = ago(m_clock, std::chrono::minutes(minutes));
        message.n = state.chat.size() + 1;
        message.deleted = message.text.empty();
        message.history = minutes >= 20;
        state.chat.push_back(message);
    };
    state.chatKept = true;
    state.chatRules = {0, "https://talk.example.org/notes/rockets", base::Identity("marcdubois")};
    state.reactions = {{{112, 3}, {41, 0}, {18, 1}, {9, 0}, {57, 0}, {23, 0}}};
    chat("1", "Nils Berg", "Good evening from Bergen!", 31);
    chat("d", "Tom Pike", "", 20);
    chat("2", "Mei Chen", "Is there a transcript of last week's talk?", 12);
    chat("3", "Marc Dubois", "Not yet. The notes are on the house's page: https://talk.example.org/notes", 11);
    chat("4", "Marc Dubois", "We take questions from the line at half past.", 11);
    arrivals.clear();
    int row = 0;
    for (const auto& person : state.participants)
        if (person->seat == api::Seat::audience && !person->isSelf) {
            const bool late = ++row > 9;   // the last ones came together, by the listener link
            arrivals[person->identity.str()] = {late || row % 2 == 0 ? "inv1" : "inv2", late ? 4 : 35};
        }
    houses.atDesk = own->power != api::Power::none;
    show(std::move(state));
    tellHouse();
}

void OfflineClient::interview() {
    houses.fillQuestions();
    m_state.chair = base::Identity("josephineokafor");
    m_state.questionsRevision = 3;
    m_state.questionsDesk = 9;
    if (auto* speaker = edit(base::Identity("victortamm"))) speaker->slotUntil = m_clock.wallNow() + std::chrono::seconds(161);
    publish();
}

void OfflineClient::show(room::RoomState state) {
    m_state = std::move(state);
    publish();
}

void OfflineClient::publish() {
    ++m_state.revision;
    if (m_events.onState) m_events.onState(std::make_shared<room::RoomState>(m_state));
}

room::Participant* OfflineClient::edit(const base::Identity& who) {
    const auto& wanted = who.empty() ? m_state.self : who;
    for (auto& person : m_state.participants)
        if (person->identity == wanted) {
            auto copy = std::make_shared<room::Participant>(*person);
            auto* raw = copy.get();
            person = std::move(copy);
            return raw;
        }
    return nullptr;
}

void OfflineClient::rebuildHands() {
    std::map<std::string, room::HandInQueue> old;
    for (auto& hand : m_state.hands) old[hand.identity.str()] = hand;
    std::vector<std::pair<std::string, room::HandInQueue>> up;
    for (const auto& person : m_state.participants) {
        if (person->handKey.empty()) continue;
        auto hand = old.count(person->identity.str())
                        ? old[person->identity.str()]
                        : room::HandInQueue{person->identity, person->name, "", m_clock.wallNow()};
        up.emplace_back(person->handKey, std::move(hand));
    }
    std::sort(up.begin(), up.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    m_state.hands.clear();
    for (auto& [key, hand] : up) m_state.hands.push_back(std::move(hand));
    std::stable_sort(m_state.participants.begin(), m_state.participants.end(), [](const auto& a, const auto& b) {
        return a->seat == api::Seat::stage && b->seat != api::Seat::stage;
    });
}

void OfflineClient::leave() {
    m_state.session = room::SessionState::left;
    m_state.leaveReason = room::LeaveReason::byUser;
    publish();
    m_state = {};
}

void OfflineClient::setMicrophone(bool open) {
    auto* own = edit({});
    if (!own) return;
    m_state.microphoneWanted = open;
    m_state.microphoneLive = open && own->seat == api::Seat::stage && !own->held;
    m_state.askedToUnmute = false;
    own->mutedBy.clear();
    own->microphoneOpen = m_state.microphoneLive;
    publish();
}

void OfflineClient::command(const room::Command& command) {
    commands.push_back(command);
    if (crowdCommand(command)) {
        rebuildHands();
        tellHouse();
        return publish();
    }
    auto* who = edit(command.target);
    if (!who && command.verb != api::StageVerb::lockHands) return;
    switch (command.verb) {
        case api::StageVerb::raise: who->handKey = "0000010000000" + std::to_string(200 + static_cast<int>(commands.size())); break;
        case api::StageVerb::lower:
        case api::StageVerb::dismiss:
            who->handKey.clear();
            who->invitedUntil.reset();
            break;
        case api::StageVerb::accept:
            who->handKey.clear();
            who->invitedUntil.reset();
            who->seat = api::Seat::stage;
            break;
        case api::StageVerb::decline:
            who->handKey.clear();
            who->invitedUntil.reset();
            break;
        case api::StageVerb::invite: who->invitedUntil = m_clock.wallNow() + std::chrono::seconds(30); break;
        case api::StageVerb::mute:
            who->microphoneOpen = false;
            who->mutedBy = m_state.self.str();
            break;
        case api::StageVerb::hold: who->held = true; break;
        case api::StageVerb::release: who->held = false; break;
        case api::StageVerb::down: who->seat = api::Seat::audience; break;
        case api::StageVerb::up: who->seat = api::Seat::stage; break;
        case api::StageVerb::promote: who->power = api::Power::moderator; break;
        case api::StageVerb::demote: who->power = api::Power::none; break;
        case api::StageVerb::remove:
        case api::StageVerb::ban:
            m_state.participants.erase(std::remove_if(m_state.participants.begin(), m_state.participants.end(),
                                                      [&](const auto& p) { return p->identity == command.target; }),
                                       m_state.participants.end());
            break;
        case api::StageVerb::lockHands: m_state.handsLocked = command.on; break;
        case api::StageVerb::end: leave(); return;
        case api::StageVerb::chair:
            if (who->seat == api::Seat::stage)
                m_state.chair = who->identity;
            else
                who->invitedUntil = m_clock.wallNow() + std::chrono::seconds(30);
            break;
        case api::StageVerb::ask:
        case api::StageVerb::host: break;
        case api::StageVerb::next:
        case api::StageVerb::muteAll:
        case api::StageVerb::pin:
        case api::StageVerb::move:
        case api::StageVerb::clearHands:
        case api::StageVerb::slot:
        case api::StageVerb::lockDoor:
        case api::StageVerb::admit:
        case api::StageVerb::removeMany:
        case api::StageVerb::banMany: break;   // crowdCommand
    }
    rebuildHands();
    publish();
}

void OfflineClient::dismissAskToUnmute() {
    m_state.askedToUnmute = false;
    publish();
}
void OfflineClient::setVolume(const base::Identity& who, float gain) { volumes[who.str()] = gain; }

void OfflineClient::createInvitation(api::Role, std::optional<int>, std::optional<std::chrono::seconds>,
                                     std::function<void(base::Result<std::string>)> done) {
    done(std::string(kListenerLink));
}

void OfflineClient::refreshHallway(const std::vector<std::string>&) {
    HallwayView view;
    if (noHouses) {
        if (m_events.onHallway) m_events.onHallway(std::move(view));
        return;
    }
    view.servers = {{"http://127.0.0.1:7880", "127.0.0.1:7880", true, true},
                    {"https://talk.example.org", "talk.example.org", true, false}};
    const auto room = [&](const char* id, const char* title, const char* house, int listeners, int onStage, int minutes) {
        HallwayRoom entry;
        entry.origin = "https://talk.example.org";
        entry.host = "talk.example.org";
        entry.houseName = house;
        entry.room = base::RoomId(id);
        entry.title = title;
        entry.live = onStage > 0;
        entry.listeners = listeners;
        entry.onStage = onStage;
        if (entry.live) entry.liveSince = ago(m_clock, std::chrono::minutes(minutes));
        view.rooms.push_back(entry);
    };
    room("a", "Rockets, markets, and ask me anything", "Evening Salon", 1284, 5, 42);
    room("b", "Quiet co-working, mics off until the hour", "Studio", 18, 2, 12);
    room("c", "Interview: how the treaty was negotiated", "History Room", 342, 3, 71);
    room("d", "A conversation about energy", "Evening Salon", 0, 0, 0);
    if (m_events.onHallway) m_events.onHallway(std::move(view));
}

void OfflineClient::startRoom(const std::string&, Reach, std::function<void(base::Result<std::string>)> done) {
    done(std::string("parlour://127.0.0.1:7880/i/OwnRoom2026#k=AAAAAAAAAAAAAAAAAAAAAA"));
}

void OfflineClient::foundHouse(const std::string& title, const std::string& name, Reach, std::function<void(base::Result<std::string>)> done) {
    if (!founded.empty()) return done(base::fail(base::ErrorKind::conflict, "house_owned", "This house has an owner already."));
    founded = title;
    noHouses = false;
    houses.me.name = name;
    houses.me.houseName = houses.rules.title = title;
    houses.clear();
    done(std::string("http://127.0.0.1:7880"));
}
void OfflineClient::openHouse(Reach, std::function<void(base::Result<std::string>)> done) { done(std::string("http://127.0.0.1:7880")); }

void OfflineClient::applySound(const SoundSettings& settings) { sound = settings; }
void OfflineClient::testMicrophone(bool on) { testing = on; }
void OfflineClient::startRecording(const std::string& file) {
    recordedTo = file;
    recordingNow = {true, true, std::chrono::seconds(0), std::nullopt};
}

float OfflineClient::level(std::uint32_t audioTrack) const {
    // Two people speak, one louder than the other.
    if (!loud || (audioTrack != 1 && audioTrack != 5)) return 0.0f;
    const double t = static_cast<double>(base::toMs(m_clock.now().time_since_epoch())) / 1000.0;
    const double own = audioTrack == 5 ? 0.12 : 0.5;
    return static_cast<float>(own * (0.55 + 0.45 * std::sin(t * 5.1 + own * 9.0)));
}
float OfflineClient::microphoneLevel() const {
    if (!testing && !m_state.microphoneLive) return 0.0f;
    const double t = static_cast<double>(base::toMs(m_clock.now().time_since_epoch())) / 1000.0;
    return static_cast<float>(0.18 + 0.12 * std::sin(t * 4.3));
}
void OfflineClient::recordTest(std::chrono::milliseconds length, std::function<void()> recorded) {
    testing = true;
    QTimer::singleShot(length, this, [this, recorded, round = m_testRound] {
        if (round != m_testRound) return;
        testing = false;
        recorded();
    });
}
void OfflineClient::stopTests() {
    ++m_testRound;
    testing = false;
}
void OfflineClient::playTest(std::function<void()> played) { QTimer::singleShot(std::chrono::seconds(5), this, played); }

}  // namespace parlour::ui
