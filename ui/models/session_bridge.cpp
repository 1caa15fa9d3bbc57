// SPDX-License-Identifier: Apache-2.0
#include "ui/models/session_bridge.h"

#include <algorithm>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {
constexpr int kMeterIntervalMs = 66;   // 15 per second: enough for a ring, little work

bool inside(room::SessionState session) {
    return session == room::SessionState::joined || session == room::SessionState::reconnecting;
}
const room::Participant* selfIn(const room::RoomState& state) {
    for (const auto& person : state.participants)
        if (person->isSelf || (!state.self.empty() && person->identity == state.self)) return person.get();
    return nullptr;
}
base::Identity identityOf(const QString& who) { return base::Identity(who.toStdString()); }
}  // namespace

SessionBridge::SessionBridge(RoomClient& client, const base::Clock& clock, QObject* parent)
    : QObject(parent), m_client(client), m_clock(clock), m_state(std::make_shared<room::RoomState>()),
      m_chat(client, clock), m_reactions(client), m_door(client, clock) {
    connect(&m_audience, &AudienceModel::searchChanged, &m_show, qOverload<>(&QTimer::start));
    connect(&m_audience, &AudienceModel::orderChanged, &m_show, qOverload<>(&QTimer::start));
    connect(&m_door, &DoorModel::announced, this, &SessionBridge::announced);
    m_show.setSingleShot(true);
    m_show.setInterval(0);
    connect(&m_show, &QTimer::timeout, this, &SessionBridge::showLatest);
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &SessionBridge::tick);
    m_meters.setInterval(kMeterIntervalMs);
    connect(&m_meters, &QTimer::timeout, this, [this] {
        const bool ownLive = m_state->microphoneLive;
        m_stage.updateLevels([&](const PersonRow& row) {
            if (row.self) return ownLive ? m_client.microphoneLevel() : 0.0f;
            return m_client.level(row.track);
        });
    });
}

void SessionBridge::publish(room::RoomStatePtr state) {
    // Queued: the caller's thread never waits for the UI.
    QMetaObject::invokeMethod(this, [this, state = std::move(state)]() mutable { arrive(std::move(state)); }, Qt::QueuedConnection);
}

void SessionBridge::arrive(room::RoomStatePtr state) {
    if (!state) return;
    m_latest = std::move(state);
    if (!m_show.isActive()) m_show.start();
}

void SessionBridge::showLatest() {
    const auto before = m_state;
    if (m_latest) m_state = std::exchange(m_latest, nullptr);
    m_me = selfIn(*m_state);

    std::vector<const room::Participant*> onStage;
    for (const auto& person : m_state->participants)
        if (person->seat == api::Seat::stage) onStage.push_back(person.get());
    auto rows = personRows(*m_state, onStage);
    m_stage.showPeople(rows);
    const auto listening = m_audience.showAudience(*m_state);
    m_stageCount = static_cast<int>(rows.size());
    m_audienceCount = m_audience.total() + m_state->elsewhere;
    rows.insert(rows.end(), listening.begin(), listening.end());
    m_people.showPeople(rows);
    m_hands.showHands(handRows(*m_state, base::toUnixMs(m_clock.wallNow())));
    m_reactions.showReactions(*m_state);
    const int fresh = m_chat.showChat(*m_state);
    if (fresh > 0 && !m_chatShown) {
        m_unread += fresh;
        emit unreadChanged();
    }
    if (!inside(m_state->session) || !m_state->microphoneWanted) m_talkingByKey = false;
    if (inside(m_state->session) && !m_second.isActive()) m_second.start();
    if (!inside(m_state->session)) m_second.stop();
    setMetersShown(m_metersShown);
    m_door.show(*before, *m_state);

    // Of many snapshots the last is shown: the way between two rooms may never have been seen.
    const bool stays = inside(before->session) && inside(m_state->session) && before->room == m_state->room && before->house == m_state->house;
    if (inside(before->session) && !stays) emit stayEnded();
    emit changed();
    if (stays) announceChanges(*before, *m_state);
    if (!stays && inside(m_state->session)) emit joinedNow();
    if (before->session != room::SessionState::left && m_state->session == room::SessionState::left) {
        m_unread = 0;
        m_audience.setSearch({});
        emit unreadChanged();
        emit ended(leaveWords(m_state->leaveReason), m_state->error.value_or(base::Error{}));
    }
}

void SessionBridge::announceChanges(const room::RoomState& before, const room::RoomState& after) {
    const auto* was = selfIn(before);
    const auto* is = selfIn(after);
    if (was && is) {
        if (was->seat != is->seat)
            emit announced(is->seat == api::Seat::stage ? tr("You are on stage, muted") : tr("You are in the audience"));
        if (!was->invitedUntil && is->invitedUntil) {
            emit announced(tr("You are invited to speak"));
            emit bell();
        }
        if (!was->held && is->held) emit announced(tr("A moderator holds your microphone"));
        if (was->mutedBy.empty() && !is->mutedBy.empty()) emit announced(tr("A moderator muted you"));
        if (was->power != is->power && is->power != api::Power::none) emit announced(tr("You are now: %1").arg(roleWords(*is)));
    }
    if (before.chair != after.chair && !after.chair.empty())
        if (const auto* holder = after.find(after.chair)) emit announced(holder->identity == after.self ? tr("You interview now") : tr("%1 interviews now").arg(text(holder->name)));
    if (!before.askedToUnmute && after.askedToUnmute) emit announced(tr("A moderator asks you to unmute"));
    if (!before.reconnectVisible && after.reconnectVisible) emit announced(tr("Reconnecting"));
    if (before.reconnectVisible && !after.reconnectVisible) emit announced(tr("Connected again"));
    const auto isNew = [&](const auto& hand) {
        return std::none_of(before.hands.begin(), before.hands.end(), [&](const auto& one) { return one.identity == hand.identity; });
    };
    if (is && is->power != api::Power::none && std::any_of(after.hands.begin(), after.hands.end(), isNew)) {
        emit announced(tr("Raised hands: %1").arg(after.hands.size()));
        // Not for those that were up before we came back.
        if (!before.reconnectVisible) emit bell();
    }
}

void SessionBridge::tick() {
    for (const auto& words : m_slots.due(*m_state, m_clock.wallNow())) emit announced(words);
    m_hands.showHands(handRows(*m_state, base::toUnixMs(m_clock.wallNow())));
    emit changed();
}

const room::Participant* SessionBridge::me() const { return m_me; }

bool SessionBridge::active() const {
    return m_state->session != room::SessionState::idle && m_state->session != room::SessionState::left;
}
bool SessionBridge::joined() const { return inside(m_state->session); }
bool SessionBridge::connecting() const {
    return m_state->session == room::SessionState::redeeming || m_state->session == room::SessionState::connecting;
}
QString SessionBridge::room() const { return joined() ? text(m_state->room.str()) : QString(); }
QString SessionBridge::chair() const { return text(m_state->chair.str()); }
bool SessionBridge::mayHandChair() const { return moderator() || (me() && m_state->chair == me()->identity); }
double SessionBridge::now() const { return static_cast<double>(base::toUnixMs(m_clock.wallNow())); }
QString SessionBridge::handsRule() const { return text(m_state->handsRule); }
QString SessionBridge::title() const { return text(m_state->title); }
QString SessionBridge::houseName() const { return text(m_state->houseName); }
QString SessionBridge::hostName() const {
    for (const auto& person : m_state->participants)
        if (person->power == api::Power::host) return text(person->name);
    return {};
}
QString SessionBridge::liveFor() const {
    const auto started = base::toUnixMs(m_state->startedAt);
    if (started <= 0) return {};
    const auto seconds = (base::toUnixMs(m_clock.wallNow()) - started) / 1000;
    return seconds < 60 ? tr("live since just now") : tr("live for %1").arg(since(seconds));
}
bool SessionBridge::moderator() const { return me() && me()->power != api::Power::none; }
bool SessionBridge::host() const { return me() && me()->power == api::Power::host; }
bool SessionBridge::onStage() const { return me() && me()->seat == api::Seat::stage; }
bool SessionBridge::handUp() const { return me() && me()->handUp(); }
int SessionBridge::handPlace() const {
    int place = 0;
    for (const auto& hand : m_state->hands) {
        ++place;
        if (hand.identity == m_state->self) return place;
    }
    return 0;
}
QString SessionBridge::handPlaceWords() const { return handPlace() > 0 ? ordinal(handPlace()) : QString(); }
bool SessionBridge::held() const { return me() && me()->held; }
bool SessionBridge::invited() const { return me() && me()->invitedUntil.has_value(); }
int SessionBridge::inviteSeconds() const {
    if (!invited()) return 0;
    const auto left = base::toUnixMs(*me()->invitedUntil) - base::toUnixMs(m_clock.wallNow());
    return static_cast<int>(std::max<qint64>(0, (left + 999) / 1000));
}

QString SessionBridge::stateWords() const {
    if (!joined()) return {};
    if (reconnecting()) return tr("Connection lost");
    if (onStage()) {
        if (held()) return handUp() ? tr("Held by a moderator · hand raised") : tr("Held by a moderator");
        if (microphoneLive()) return m_talkingByKey ? tr("Live while you hold Space") : tr("Live: you are heard");
        if (me() && !me()->mutedBy.empty() && me()->mutedBy != m_state->self.str()) return tr("Muted by a moderator");
        return tr("On stage, muted");
    }
    if (invited()) return tr("Invited to speak");
    if (handUp()) return handPlace() > 0 ? tr("Hand raised · %1 in line").arg(ordinal(handPlace())) : tr("Hand raised");
    if (plainServer()) return tr("Listening only · this server has no hands to raise");
    if (handsLocked()) return tr("Listening only · hands are closed");
    return tr("Listening only");
}

QString SessionBridge::stateWord() const {
    if (!joined()) return {};
    if (reconnecting()) return tr("Offline");
    if (onStage()) return held() ? tr("Held") : microphoneLive() ? tr("Live") : tr("Muted");
    if (invited()) return tr("Invited");
    if (handUp()) return handPlace() > 0 ? ordinal(handPlace()) : tr("Hand up");
    return tr("Listening");
}

void SessionBridge::send(api::StageVerb verb, const QString& who) {
    room::Command command{};
    command.verb = verb;
    command.target = identityOf(who);
    m_client.command(command);
}
void SessionBridge::raiseHand(const QString& note) {
    room::Command command{};
    command.verb = api::StageVerb::raise;
    command.note = note.simplified().left(static_cast<qsizetype>(api::kMaxNoteCharacters)).toStdString();
    m_client.command(command);
}
void SessionBridge::lowerHand() { send(api::StageVerb::lower); }
void SessionBridge::toggleHand() {
    if (!joined()) return;
    if (handUp()) {
        lowerHand();
    } else if (!onStage() || held()) {
        raiseHand();
    }
}
void SessionBridge::accept() { send(api::StageVerb::accept); }
void SessionBridge::decline() { send(api::StageVerb::decline); }
void SessionBridge::setMicrophone(bool open) {
    m_talkingByKey = false;
    m_client.setMicrophone(open);
}
void SessionBridge::toggleMicrophone() {
    if (joined() && onStage()) setMicrophone(!microphoneWanted());
}
void SessionBridge::holdToTalk(bool pressed) {
    if (pressed) {
        if (m_talkingByKey || !joined() || !onStage() || held() || microphoneWanted()) return;
        m_talkingByKey = true;
        m_client.setMicrophone(true);
    } else if (m_talkingByKey) {
        m_talkingByKey = false;
        m_client.setMicrophone(false);
    }
}
void SessionBridge::dismissAskToUnmute() { m_client.dismissAskToUnmute(); }
void SessionBridge::stepDown() { send(api::StageVerb::down); }
void SessionBridge::stepUp() { send(api::StageVerb::up); }
void SessionBridge::say(const QString& words) {
    const auto trimmed = words.trimmed();
    if (!trimmed.isEmpty()) m_client.say(trimmed.left(2000).toStdString());
}
void SessionBridge::setChatShown(bool shown) {
    m_chatShown = shown;
    if (!shown || m_unread == 0) return;
    m_unread = 0;
    emit unreadChanged();
}
void SessionBridge::moderate(const QString& verb, const QString& who) {
    if (const auto parsed = api::parseStageVerb(verb.toStdString())) send(*parsed, who);
}
void SessionBridge::manage(const QString& verb, const QVariantMap& with) {
    const auto parsed = api::parseStageVerb(verb.toStdString());
    if (!parsed) return;
    const auto number = [&](const char* name) -> std::optional<int> {
        const auto value = with.value(QLatin1String(name));
        return value.isValid() && !value.isNull() ? std::optional(value.toInt()) : std::nullopt;
    };
    room::Command command{};
    command.verb = *parsed;
    command.target = identityOf(with.value(QStringLiteral("who")).toString());
    command.on = with.value(QStringLiteral("on"), true).toBool();
    command.closeLink = with.value(QStringLiteral("close_link")).toBool();
    command.place = number("place");
    command.seconds = number("seconds");
    command.minutes = number("minutes");
    command.sinceMinutes = number("since_minutes");
    command.link = base::InvitationId(with.value(QStringLiteral("link")).toString().toStdString());
    m_client.command(command);
}
void SessionBridge::remove(const QString& who, bool closeLink) {
    room::Command command{};
    command.verb = api::StageVerb::remove;
    command.target = identityOf(who);
    command.closeLink = closeLink;
    m_client.command(command);
}
void SessionBridge::ban(const QString& who, int minutes, bool closeLink) {
    room::Command command{};
    command.verb = api::StageVerb::ban;
    command.target = identityOf(who);
    if (minutes > 0) command.minutes = minutes;
    command.closeLink = closeLink;
    m_client.command(command);
}
void SessionBridge::lockHands(bool locked) {
    room::Command command{};
    command.verb = api::StageVerb::lockHands;
    command.on = locked;
    m_client.command(command);
}
void SessionBridge::endRoom() { send(api::StageVerb::end); }
void SessionBridge::leave() { m_client.leave(); }

QVariantMap SessionBridge::person(const QString& who) const {
    const auto* found = m_state->find(identityOf(who));
    if (found == nullptr) return {};
    const auto row = personRows(*m_state, {found}).front();
    const auto* self = me();
    const bool below = self && !row.self && self->power > row.power;
    return {{QStringLiteral("identity"), who}, {QStringLiteral("name"), row.name},
            {QStringLiteral("handle"), handle(base::Identity(row.identity))},
            {QStringLiteral("initials"), row.initials}, {QStringLiteral("roleWords"), row.role},
            {QStringLiteral("spoken"), row.spoken}, {QStringLiteral("colorIndex"), row.color},
            {QStringLiteral("power"), static_cast<int>(row.power)}, {QStringLiteral("onStage"), row.onStage},
            {QStringLiteral("handUp"), row.handUp}, {QStringLiteral("invited"), row.invited},
            {QStringLiteral("held"), row.held}, {QStringLiteral("muted"), row.muted},
            {QStringLiteral("isSelf"), row.self}, {QStringLiteral("chair"), row.chair},
            {QStringLiteral("below"), below}, {QStringLiteral("pictureMs"), row.picture}};
}

QStringList SessionBridge::onStageOf(const QStringList& identities) const {
    QStringList names;
    for (const auto& row : m_stage.rows())
        if (!row.self && identities.contains(text(row.identity))) names << row.name;
    return names;
}

void SessionBridge::setListsFrozen(bool frozen) {
    m_stage.setFrozen(frozen);
    m_audience.setFrozen(frozen);
    m_people.setFrozen(frozen);
    m_hands.setFrozen(frozen);
}
void SessionBridge::setMetersShown(bool shown) {
    m_metersShown = shown;
    if (shown && joined()) {
        if (!m_meters.isActive()) m_meters.start();
    } else {
        m_meters.stop();
    }
}

}  // namespace parlour::ui
