// SPDX-License-Identifier: Apache-2.0
// The chat of the room as rows, its rules, and what a person may do with a message. Thread: UI.
#pragma once

#include <QString>
#include <QTimer>
#include <string>
#include <unordered_map>

#include "core/base/doors/clock.h"
#include "core/room/room_state.h"
#include "ui/models/room_client.h"
#include "ui/models/row_diff.h"

namespace parlour::ui {

struct ChatRow {
    std::string id;
    std::string author;
    QString from;
    QString initials;
    QString words;
    QString time;
    QString reason;         ///< why it was refused; empty otherwise
    int color = 0;
    bool own = false;
    bool follows = false;   ///< same person as the row above, shortly after
    bool deleted = false;
    bool pending = false;
    bool history = false;
    double picture = 0;     ///< when it was set; 0 = none

    std::string key() const { return id + '/' + author; }
    bool operator==(const ChatRow&) const = default;
};
/// Pictures of those who wrote, by identity: when each was set.
using ChatFaces = std::unordered_map<std::string, double>;
std::vector<ChatRow> chatRows(const room::RoomState& state, const ChatFaces& faces = {});

class ChatModel : public RowModel<ChatRow> {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(bool kept READ kept NOTIFY rulesChanged)           ///< a house keeps it: there are rules, deleting, reactions
    Q_PROPERTY(bool moderator READ moderator NOTIFY rulesChanged)
    Q_PROPERTY(int slowSeconds READ slowSeconds NOTIFY rulesChanged)
    Q_PROPERTY(int waitSeconds READ waitSeconds NOTIFY waitChanged)   ///< until one may write again
    Q_PROPERTY(QString pinned READ pinned NOTIFY rulesChanged)    ///< https only; shown as text
    Q_PROPERTY(QString pinnedAddress READ pinnedAddress NOTIFY rulesChanged)   ///< as a browser would dial it: no look-alikes
    Q_PROPERTY(QString pinnedHost READ pinnedHost NOTIFY rulesChanged)
    Q_PROPERTY(QString pinnedBy READ pinnedBy NOTIFY rulesChanged)
    Q_PROPERTY(bool earlier READ earlier NOTIFY pastChanged)      ///< more was said before the first message
    Q_PROPERTY(bool asking READ asking NOTIFY pastChanged)        ///< and is on its way
  public:
    enum Role { MessageId = Qt::UserRole + 1, From, Initials, Words, Time, Reason, Color, Own, Follows, Deleted, Pending, History,
                MayDelete, Author, Picture };
    ChatModel(RoomClient& client, const base::Clock& clock, QObject* parent = nullptr);
    int count() const { return rowCount(); }
    bool kept() const { return m_kept; }
    bool moderator() const { return m_moderator; }
    int slowSeconds() const { return m_rules.slowS; }
    int waitSeconds() const { return m_wait; }
    bool earlier() const { return m_past.more; }
    bool asking() const { return m_past.asked; }
    QString pinned() const;
    QString pinnedAddress() const;
    QString pinnedHost() const;
    QString pinnedBy() const { return m_pinnedBy; }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    /// Answers how many messages of others are new and were said while we were here.
    int showChat(const room::RoomState& state);

    Q_INVOKABLE void askEarlier();
    Q_INVOKABLE void remove(const QString& id);
    Q_INVOKABLE void resend(const QString& id);
    Q_INVOKABLE void setSlow(int seconds);
    /// "" takes the link away. Answers what is wrong with it, "" when it was sent.
    Q_INVOKABLE QString pin(const QString& link);
    /// Opens the pinned link with the person's browser; only after they have seen the address.
    Q_INVOKABLE bool openPinned() const;

  signals:
    void countChanged();
    void rulesChanged();
    void waitChanged();
    void pastChanged();
    /// So many messages have come in front of those that were shown.
    void earlierShown(int messages);

  private:
    void updateWait();
    void updateFaces(const room::RoomState& state);

    RoomClient& m_client;
    const base::Clock& m_clock;
    QTimer m_second;
    std::vector<room::ChatMessage> m_shown;
    ChatFaces m_faces;       ///< also of those who have left
    base::RoomId m_room;
    room::ChatPast m_past;
    int m_before = 0;        ///< messages when we asked for earlier ones, 0 = did not
    std::string m_first;     ///< the first of them
    api::ChatRules m_rules;
    QString m_pinnedBy;
    base::Identity m_self;
    base::WallTime m_lastOwn{};
    int m_wait = 0;
    bool m_kept = false;
    bool m_moderator = false;
};

}  // namespace parlour::ui
