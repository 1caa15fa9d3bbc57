// SPDX-License-Identifier: Apache-2.0
// The one way by which the state of a room reaches QML: whole snapshots come from any thread, the latest wins, and at most one
// is shown per turn of the event loop. Commands go the other way through RoomClient, which posts them to the net thread.
// Thread: UI, but publish() and publishRefusal(), which any thread may call.
#pragma once

#include <QObject>
#include <QTimer>
#include <QVariant>

#include "core/room/room_state.h"
#include "ui/models/audience_model.h"
#include "ui/models/chat_model.h"
#include "ui/models/door_model.h"
#include "ui/models/people_model.h"
#include "ui/models/reaction_model.h"
#include "ui/models/room_client.h"
#include "ui/models/slot_watch.h"
#include "ui/models/talk_models.h"

namespace parlour::ui {

class SessionBridge : public QObject {
    Q_OBJECT
    Q_PROPERTY(QObject* stage READ stage CONSTANT)
    Q_PROPERTY(QObject* audience READ audience CONSTANT)
    Q_PROPERTY(QObject* people READ people CONSTANT)
    Q_PROPERTY(QObject* hands READ hands CONSTANT)
    Q_PROPERTY(QObject* chat READ chat CONSTANT)
    Q_PROPERTY(QObject* reactions READ reactions CONSTANT)
    Q_PROPERTY(QObject* door READ door CONSTANT)
    Q_PROPERTY(bool active READ active NOTIFY changed)            ///< from "Enter room" until the end
    Q_PROPERTY(bool joined READ joined NOTIFY changed)            ///< inside, also while reconnecting
    Q_PROPERTY(bool connecting READ connecting NOTIFY changed)
    Q_PROPERTY(bool reconnecting READ reconnecting NOTIFY changed)///< for longer than 2 s
    Q_PROPERTY(QString room READ room NOTIFY changed)             ///< its id; empty outside
    Q_PROPERTY(QString title READ title NOTIFY changed)
    Q_PROPERTY(QString houseName READ houseName NOTIFY changed)
    Q_PROPERTY(QString hostName READ hostName NOTIFY changed)
    Q_PROPERTY(QString liveFor READ liveFor NOTIFY changed)
    Q_PROPERTY(int stageCount READ stageCount NOTIFY changed)
    Q_PROPERTY(int audienceCount READ audienceCount NOTIFY changed)
    Q_PROPERTY(int handCount READ handCount NOTIFY changed)
    Q_PROPERTY(bool handsLocked READ handsLocked NOTIFY changed)
    Q_PROPERTY(bool plainServer READ plainServer NOTIFY changed)   ///< a LiveKit server without a house: no hands
    Q_PROPERTY(bool doorLocked READ doorLocked NOTIFY changed)
    Q_PROPERTY(QString handsRule READ handsRule NOTIFY changed)   ///< off, members, invited, everyone
    Q_PROPERTY(QString chair READ chair NOTIFY changed)           ///< who interviews; empty = nobody
    Q_PROPERTY(bool mayHandChair READ mayHandChair NOTIFY changed)
    Q_PROPERTY(double questionsRevision READ questionsRevision NOTIFY changed)  ///< of what everybody reads
    Q_PROPERTY(double questionsDesk READ questionsDesk NOTIFY changed)          ///< of everything
    Q_PROPERTY(double now READ now NOTIFY changed)                ///< ms; goes on every second
    Q_PROPERTY(bool waitingForHost READ waitingForHost NOTIFY changed)
    Q_PROPERTY(bool moderator READ moderator NOTIFY changed)      ///< host or moderator
    Q_PROPERTY(bool host READ host NOTIFY changed)
    Q_PROPERTY(bool onStage READ onStage NOTIFY changed)
    Q_PROPERTY(bool handUp READ handUp NOTIFY changed)
    Q_PROPERTY(int handPlace READ handPlace NOTIFY changed)
    Q_PROPERTY(QString handPlaceWords READ handPlaceWords NOTIFY changed)
    Q_PROPERTY(bool held READ held NOTIFY changed)
    Q_PROPERTY(bool invited READ invited NOTIFY changed)
    Q_PROPERTY(int inviteSeconds READ inviteSeconds NOTIFY changed)
    Q_PROPERTY(bool microphoneWanted READ microphoneWanted NOTIFY changed)
    Q_PROPERTY(bool microphoneLive READ microphoneLive NOTIFY changed)
    Q_PROPERTY(bool askedToUnmute READ askedToUnmute NOTIFY changed)
    Q_PROPERTY(bool talkingByKey READ talkingByKey NOTIFY changed)
    Q_PROPERTY(QString stateWords READ stateWords NOTIFY changed) ///< the person's own state in words
    Q_PROPERTY(QString stateWord READ stateWord NOTIFY changed)   ///< the same in one word
    Q_PROPERTY(int unreadChat READ unreadChat NOTIFY unreadChanged)

  public:
    explicit SessionBridge(RoomClient& client, const base::Clock& clock, QObject* parent = nullptr);

    void publish(room::RoomStatePtr state);   ///< any thread
    room::RoomStatePtr state() const { return m_state; }

    PeopleModel* stage() { return &m_stage; }
    AudienceModel* audience() { return &m_audience; }
    PeopleModel* people() { return &m_people; }
    HandsModel* hands() { return &m_hands; }
    ChatModel* chat() { return &m_chat; }
    ReactionModel* reactions() { return &m_reactions; }
    DoorModel* door() { return &m_door; }
    bool active() const;
    bool joined() const;
    bool connecting() const;
    bool reconnecting() const { return m_state->reconnectVisible; }
    QString room() const;
    QString title() const;
    QString houseName() const;
    QString hostName() const;
    QString liveFor() const;
    int stageCount() const { return m_stageCount; }
    int audienceCount() const { return m_audienceCount; }
    int handCount() const { return m_hands.count(); }
    bool handsLocked() const { return m_state->handsLocked; }
    bool plainServer() const { return m_state->plainServer; }
    bool doorLocked() const { return m_state->doorLocked; }
    QString handsRule() const;
    QString chair() const;
    bool mayHandChair() const;
    double questionsRevision() const { return static_cast<double>(m_state->questionsRevision); }
    double questionsDesk() const { return static_cast<double>(m_state->questionsDesk); }
    double now() const;
    bool waitingForHost() const { return m_state->waitingForHost; }
    bool moderator() const;
    bool host() const;
    bool onStage() const;
    bool handUp() const;
    int handPlace() const;
    QString handPlaceWords() const;
    bool held() const;
    bool invited() const;
    int inviteSeconds() const;
    bool microphoneWanted() const { return m_state->microphoneWanted; }
    bool microphoneLive() const { return m_state->microphoneLive; }
    bool askedToUnmute() const { return m_state->askedToUnmute; }
    bool talkingByKey() const { return m_talkingByKey; }
    QString stateWords() const;
    QString stateWord() const;
    int unreadChat() const { return m_unread; }

    Q_INVOKABLE void raiseHand(const QString& note = {});
    Q_INVOKABLE void lowerHand();
    Q_INVOKABLE void toggleHand();
    Q_INVOKABLE void accept();
    Q_INVOKABLE void decline();
    Q_INVOKABLE void setMicrophone(bool open);
    Q_INVOKABLE void toggleMicrophone();
    /// Push to talk: opens the microphone while the key is held, only if it was closed.
    Q_INVOKABLE void holdToTalk(bool pressed);
    Q_INVOKABLE void dismissAskToUnmute();
    Q_INVOKABLE void stepDown();
    Q_INVOKABLE void stepUp();
    Q_INVOKABLE void say(const QString& words);
    Q_INVOKABLE void setChatShown(bool shown);
    /// Moderators: verb is the snake-case name of an api::StageVerb, `who` an identity.
    Q_INVOKABLE void moderate(const QString& verb, const QString& who = {});
    /// The same with what else the verb needs: who, on, close_link, place, seconds, minutes, link, since_minutes.
    Q_INVOKABLE void manage(const QString& verb, const QVariantMap& with);
    Q_INVOKABLE void remove(const QString& who, bool closeLink);
    Q_INVOKABLE void ban(const QString& who, int minutes, bool closeLink);   ///< minutes <= 0: for good
    Q_INVOKABLE void lockHands(bool locked);
    Q_INVOKABLE void endRoom();
    Q_INVOKABLE void leave();
    /// Everything a person's sheet shows; empty when that person is gone.
    Q_INVOKABLE QVariantMap person(const QString& who) const;
    /// Names of those among `identities` who are on stage.
    Q_INVOKABLE QStringList onStageOf(const QStringList& identities) const;
    /// Rows do not move while a menu is open on one.
    Q_INVOKABLE void setListsFrozen(bool frozen);
    /// The page says whether anybody sees the rings.
    Q_INVOKABLE void setMetersShown(bool shown);

  signals:
    void changed();
    void unreadChanged();
    void joinedNow();
    /// Out of this room, also into the next one: what was chosen for this stay is over. Before joinedNow() of the next.
    void stayEnded();
    /// The session is over; words are empty when the person left.
    void ended(const QString& words, const base::Error& error);
    /// Spoken politely by screen readers: who came on stage, hands, mute by a moderator.
    void announced(const QString& words);
    void bell();   ///< somebody waits for this person: a raised hand, an invitation on stage

  private:
    void arrive(room::RoomStatePtr state);
    void showLatest();
    void announceChanges(const room::RoomState& before, const room::RoomState& after);
    void tick();
    void send(api::StageVerb verb, const QString& who = {});
    const room::Participant* me() const;

    RoomClient& m_client;
    const base::Clock& m_clock;
    room::RoomStatePtr m_state;    ///< shown now; never null
    const room::Participant* m_me = nullptr;   ///< in m_state; asked many times for each snapshot
    room::RoomStatePtr m_latest;   ///< came, not shown yet
    QTimer m_show;
    QTimer m_second;
    QTimer m_meters;
    PeopleModel m_stage;
    AudienceModel m_audience;
    PeopleModel m_people;
    HandsModel m_hands;
    ChatModel m_chat;
    ReactionModel m_reactions;
    DoorModel m_door;
    SlotWatch m_slots;
    int m_stageCount = 0;
    int m_audienceCount = 0;
    int m_unread = 0;
    bool m_chatShown = false;
    bool m_metersShown = false;
    bool m_talkingByKey = false;
};

}  // namespace parlour::ui
