// SPDX-License-Identifier: Apache-2.0
#include "ui/models/chat_model.h"

#include <QDateTime>
#include <QDesktopServices>
#include <QLocale>
#include <QUrl>
#include <unordered_set>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {
/// What a row is made of; comparing is much cheaper than making rows.
bool same(const std::vector<room::ChatMessage>& a, const std::vector<room::ChatMessage>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.id == y.id && x.from == y.from && x.fromName == y.fromName && x.delivery == y.delivery && x.deleted == y.deleted && x.n == y.n && x.at == y.at;
    });
}

QString safeLink(const std::string& link) {
    const auto words = text(link);
    const QUrl url(words, QUrl::StrictMode);
    return url.isValid() && url.scheme() == QLatin1String("https") && !url.host().isEmpty() ? words : QString();
}
}  // namespace

std::vector<ChatRow> chatRows(const room::RoomState& state, const ChatFaces& faces) {
    constexpr qint64 kSameBreathMs = 3 * 60 * 1000;
    std::vector<ChatRow> rows;
    rows.reserve(state.chat.size());
    const QLocale locale;
    const auto format = locale.timeFormat(QLocale::ShortFormat).remove(QStringLiteral(":ss"));
    const room::ChatMessage* before = nullptr;
    for (const auto& message : state.chat) {
        ChatRow row;
        row.id = message.id;
        row.author = message.from.str();
        row.from = text(message.fromName);
        row.initials = initials(row.from);
        row.words = text(message.text);
        row.time = locale.toString(QDateTime::fromMSecsSinceEpoch(base::toUnixMs(message.at)).time(), format);
        if (message.refusal) row.reason = text(message.refusal->message + (message.refusal->advice.empty() ? "" : " " + message.refusal->advice));
        row.color = colorIndex(message.from);
        row.own = message.own;
        row.follows = before && before->from == message.from &&
                      base::toUnixMs(message.at) - base::toUnixMs(before->at) < kSameBreathMs;
        row.deleted = message.deleted;
        row.pending = message.delivery == room::ChatDelivery::pending;
        row.history = message.history;
        if (const auto face = faces.find(row.author); face != faces.end()) row.picture = face->second;
        before = &message;
        rows.push_back(std::move(row));
    }
    return rows;
}

ChatModel::ChatModel(RoomClient& client, const base::Clock& clock, QObject* parent)
    : RowModel<ChatRow>(parent), m_client(client), m_clock(clock) {
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &ChatModel::updateWait);
}

QString ChatModel::pinned() const { return safeLink(m_rules.pinned); }

QString ChatModel::pinnedAddress() const { return QString::fromLatin1(QUrl(pinned(), QUrl::StrictMode).toEncoded()); }
QString ChatModel::pinnedHost() const { return QUrl(pinned(), QUrl::StrictMode).host(QUrl::FullyEncoded); }
bool ChatModel::openPinned() const { return !pinned().isEmpty() && QDesktopServices::openUrl(QUrl(pinned(), QUrl::StrictMode)); }

QVariant ChatModel::data(const QModelIndex& index, int role) const {
    const auto* row = at(index);
    if (!row) return {};
    switch (static_cast<Role>(role)) {
        case MessageId: return text(row->id);
        case From: return row->from;
        case Initials: return row->initials;
        case Words: return row->words;
        case Time: return row->time;
        case Reason: return row->reason;
        case Color: return row->color;
        case Own: return row->own;
        case Follows: return row->follows;
        case Deleted: return row->deleted;
        case Pending: return row->pending;
        case History: return row->history;
        case Author: return text(row->author);
        case Picture: return row->picture;
        case MayDelete: return !row->deleted && !row->pending && (!row->reason.isEmpty() || (m_kept && (row->own || m_moderator)));
    }
    return {};
}

QHash<int, QByteArray> ChatModel::roleNames() const {
    return {{MessageId, "messageId"}, {From, "from"}, {Initials, "initials"}, {Words, "words"}, {Time, "time"},
            {Reason, "reason"}, {Color, "colorIndex"}, {Own, "own"}, {Follows, "follows"}, {Deleted, "deleted"},
            {Pending, "pending"}, {History, "history"}, {MayDelete, "mayDelete"}, {Author, "author"}, {Picture, "pictureMs"}};
}

int ChatModel::showChat(const room::RoomState& state) {
    const auto* me = state.me();
    const bool moderator = me != nullptr && me->power != api::Power::none;
    const auto* pinnedBy = state.find(state.chatRules.pinnedBy);
    const auto by = pinnedBy != nullptr ? text(pinnedBy->name) : QString();
    const bool rights = moderator != m_moderator || state.chatKept != m_kept;
    if (rights || state.chatRules.slowS != m_rules.slowS || state.chatRules.pinned != m_rules.pinned || by != m_pinnedBy) {
        m_moderator = moderator;
        m_kept = state.chatKept;
        m_rules = state.chatRules;
        m_pinnedBy = by;
        if (rights && rowCount() > 0) emit dataChanged(index(0), index(rowCount() - 1), {MayDelete});
        emit rulesChanged();
    }
    int fresh = 0;
    if (!same(m_shown, state.chat)) {
        std::unordered_set<std::string> had;
        for (const auto& row : m_rows) had.insert(row.key());
        updateFaces(state);
        const auto next = chatRows(state, m_faces);
        // What stands in front of a message that was there is no news: one went back to it.
        bool after = std::none_of(next.begin(), next.end(), [&](const auto& row) { return had.count(row.key()) > 0; });
        for (const auto& row : next) {
            const bool there = had.count(row.key()) > 0;
            after = after || there;
            if (after && !there && !row.own && !row.history && !row.deleted) ++fresh;
        }
        m_lastOwn = {};
        for (const auto& message : state.chat)
            if (message.own && message.delivery != room::ChatDelivery::refused) m_lastOwn = std::max(m_lastOwn, message.at);
        m_shown = state.chat;
        const auto before = rowCount();
        show(next);
        if (before != rowCount() || fresh > 0) emit countChanged();
    }
    const auto past = std::exchange(m_past, state.chatPast);
    if (past.more != m_past.more || past.asked != m_past.asked) emit pastChanged();
    if (m_before > 0 && rowCount() > m_before && m_rows.front().key() != m_first) emit earlierShown(rowCount() - std::exchange(m_before, 0));
    updateWait();
    return fresh;
}

/// Only of those who wrote: the room may be large. Who has left keeps their face.
void ChatModel::updateFaces(const room::RoomState& state) {
    if (std::exchange(m_room, state.room) != state.room) m_faces.clear();
    std::unordered_set<std::string_view> authors;
    for (const auto& message : state.chat) authors.insert(message.from.str());
    for (const auto& person : state.participants)
        if (authors.contains(person->identity.str())) m_faces[person->identity.str()] = static_cast<double>(person->pictureMs);
}

void ChatModel::askEarlier() {
    if (!m_past.more || m_past.asked) return;
    if (m_rows.empty()) return;
    m_before = rowCount();
    m_first = m_rows.front().key();
    m_client.earlierChat();
}

void ChatModel::updateWait() {
    int wait = 0;
    if (m_rules.slowS > 0 && !m_moderator && m_lastOwn != base::WallTime{}) {
        const auto passed = (base::toUnixMs(m_clock.wallNow()) - base::toUnixMs(m_lastOwn)) / 1000;
        wait = static_cast<int>(std::clamp<qint64>(m_rules.slowS - passed, 0, m_rules.slowS));
    }
    if (wait > 0 && !m_second.isActive()) m_second.start();
    if (wait == 0) m_second.stop();
    if (std::exchange(m_wait, wait) != wait) emit waitChanged();
}

void ChatModel::remove(const QString& id) { m_client.deleteChat(id.toStdString()); }
void ChatModel::resend(const QString& id) { m_client.resendChat(id.toStdString()); }
void ChatModel::setSlow(int seconds) { m_client.setChatRules(std::clamp(seconds, 0, api::kMaxSlowSeconds), std::nullopt); }

QString ChatModel::pin(const QString& link) {
    const auto words = link.trimmed();
    if (!words.isEmpty() && (safeLink(words.toStdString()).isEmpty() || words.toUtf8().size() > static_cast<qsizetype>(api::kMaxPinnedBytes)))
        return tr("Only links that begin with https:// can be pinned.");
    m_client.setChatRules(std::nullopt, words.toStdString());
    return {};
}

}  // namespace parlour::ui
