// SPDX-License-Identifier: Apache-2.0
// The inside of RoomSession, shared by its files: coming in and coming back (room_session.cpp), which way to the server
// (session_way.cpp), signalling (session_signal.cpp), media (session_media.cpp), chat and reactions (session_chat.cpp), a
// guest's way from the green room to the stage (session_guest.cpp). Nobody else includes it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>

#include "core/api/guest_types.h"
#include "core/base/thread_checker.h"
#include "core/room/chat_delivery.h"
#include "core/room/entrance.h"
#include "core/room/media_link.h"
#include "core/room/reaction_window.h"
#include "core/room/reconnect_policy.h"
#include "core/room/room_reducer.h"
#include "core/room/room_session.h"
#include "core/room/session_parts.h"
#include "core/room/session_network.h"
#include "core/room/session_stats.h"
#include "core/room/signal_connection.h"
#include "core/room/track_wiring.h"

namespace parlour::room {

/// Why a session ends that the house refused; session_waiting.cpp.
LeaveReason reasonOf(const base::Error& error);

struct RoomSession::Impl : std::enable_shared_from_this<RoomSession::Impl> {
    Impl(net::EventLoop& l, PersonKeys& k, audio::AudioEngine& a, SessionConfig c, Observer o);

    net::EventLoop& loop;
    PersonKeys& keys;
    audio::AudioEngine& audio;
    SessionConfig config;
    Observer observer;
    base::ThreadChecker thread;

    // State.
    RoomState state;
    RoomStatePtr published;
    bool publishPosted = false;
    ReconnectPolicy policy;
    base::TimePoint joinedAt{};
    bool everJoined = false;                       // in this visit
    bool leaving = false;                          // by the person: nothing is answered or mended any more
    std::uint64_t visit = 0;                       // of enter(): what an older one left behind is void
    std::uint64_t attempt = 0;                     // of coming (back) in: answers to an older one are void
    std::vector<std::function<void()>> leaveDone;
    base::Timer retryTimer, bannerTimer, joinTimer, farewellTimer, statsTimer, feedbackTimer, leaveTimer, handsTimer, lineTimer, doorTimer, showTimer;

    // The way in, and the house behind it.
    std::unique_ptr<Entrance> entrance;
    HouseClient* house = nullptr;                  // the entrance's; null at a LiveKit server without one
    base::RoomId room;
    HandsQuestion hands;
    bool doorAsked = false;                        // moderators ask about the door while they are inside
    base::TimePoint lineSilentSince = base::kNever;   // in line, and the house does not answer
    bool showAwaited = false;                      // a guest in the green room, who goes on stage when the audience is let in

    // Signalling.
    std::unique_ptr<SignalConnection> signal;
    std::vector<std::unique_ptr<SignalConnection>> retiredSignals;   // dropped maybe inside their own callback: freed later
    bool signalReady = false;                      // joined or resumed: the server listens
    ServerWay way;
    std::string token;                             // join token, later the newest refresh token
    bool tokenFresh = false;                       // from the house just now: no use to ask for another
    base::ParticipantSid sid;
    signal::Permission permission;
    bool resuming = false;                         // the connection under way is a resume
    bool resumeDisabled = false;                   // the server does not want any
    bool subscriberPrimary = true;                 // else being inside is told by the publisher's connection
    int pingIntervalS = 5, pingTimeoutS = 15;
    bool rosterDue = false;                        // the next update after a resume names everybody

    // Media.
    SessionNetwork network;
    std::shared_ptr<const rtc::Certificate> certificate;
    std::unique_ptr<MediaLink> subscriber;
    std::unique_ptr<MediaLink> publisher;
    std::vector<std::unique_ptr<MediaLink>> retiredLinks;
    std::unique_ptr<TrackWiring> wiring;
    PublisherOffer offering;
    std::string lastSubscriberAnswer;
    SingleConnection single;
    std::set<base::TrackSid> declined;             // tracks of pictures: the server was told to keep them
    std::optional<Publication> publication;
    std::uint32_t nextDataSequence = 1;
    std::map<base::ParticipantSid, std::uint32_t> lastData;   // reliable packets already seen
    std::deque<signal::DataPacket> waitingData;    // until the channel is open; numbered when sent
    std::map<base::Identity, float> volumes;

    // room_session.cpp
    void setSession(SessionState next);
    void publish();
    void finish(LeaveReason reason, std::optional<base::Error> error);
    void closeAll();
    void closeRoom();                              // all but the house
    void newVisit();
    void closeLater();
    void refuse(base::Error error);
    void dropSignal();
    void say(const signal::SignalRequest& request);
    void begin(std::unique_ptr<Entrance> door);
    void grant(const api::JoinGrant& join);
    void lost(const base::Error& error, bool resumeImpossible);
    void rejoin();
    void askToken();
    void command(const Command& command);
    base::Error noHouse() const;                   // what only a house does was asked, and there is none, or none yet

    // session_way.cpp
    void connect(bool resume);
    void dial();
    void fallBack();                               // to protocol v0: the server does not know v1
    std::string joinRequest();
    void retry(ReconnectKind kind);
    void chooseUrl();
    void askRegions(std::function<void()> then);

    // session_waiting.cpp
    void arrive();
    /// Nothing of the room is there yet, and nobody gave it up.
    bool comingIn() const { return !leaving && (state.session == SessionState::redeeming || state.session == SessionState::waiting); }
    bool mustWait(const SignalEnd& end);           // true: waits in front of the room, or for its turn to ask
    void crowded(base::Duration wait, std::function<void()> again);
    bool crowdedBy(const base::Error& error, std::function<void()> again);   // the same for an answer of the house
    void askLine();
    void waitInLine(base::Duration wait);
    void refreshDoor();
    void askDoor();

    // session_guest.cpp
    void awaitShow();                              // asks about it while a guest is in the green room
    void onShow(const api::RoomGuest& guest);
    void goOnStage(const api::JoinGrant& stage);

    // session_signal.cpp
    void handle(signal::SignalResponse& message);
    void onSignalEnded(const SignalEnd& end);
    void onJoin(signal::Join& join);
    void onReconnect(const signal::Reconnect& reconnect);
    void onLeave(const signal::Leave& leave);
    void onSectionsWanted(const signal::MediaSectionsRequirement& wanted);
    void declinePictures(const std::vector<signal::ParticipantInfo>& people);
    void onRoster(const signal::ParticipantUpdate& update);
    void selfChanged(const Participant* before);
    void joined();
    void refreshHands();
    void askHands();

    // session_network.cpp
    void setRelays(const std::vector<signal::IceServer>& servers);
    MediaWays ways() const;
    void networkChanged(bool outward), enterNetwork(), leaveNetwork();
    void comeBack();                               // now, what retryTimer would do later

    // session_media.cpp
    void openSubscriber();
    void openPublisher();
    void dropMedia();
    void onLinkEvent(MediaLink& link, rtc::PeerEvent& event);
    bool openSingle();                             // with its first offer
    void linkStateChanged(MediaLink& link, const rtc::ConnectionStateChanged& change);
    void offerPublisher();
    void applyMicrophone();
    void startPublishing(), followMusic();
    void stopPublishing();
    void onTrackPublished(const signal::TrackPublished& track);
    void remoteTracksChanged();
    void applyVolumes();
    void onData(base::ByteView bytes);
    void sendData(signal::DataPacket packet);
    void flushData();
    void tickFeedback();
    void tickStats();
    bool onStage() const;
    MediaLink* hearing() const { return single.on ? publisher.get() : subscriber.get(); }
    MediaLink* primary() const { return subscriberPrimary ? hearing() : publisher.get(); }

    // session_chat.cpp
    ChatDesk chat;
    ReactionWindow reactionWindow;
    base::Timer historyTimer, reactionTimer, gatherTimer;
    void onChatPacket(const signal::DataPacket& packet);
    void onUserData(const signal::DataPacket& packet, const signal::UserData& user);
    void chatText(const base::Identity& from, const std::string& id, std::uint64_t number, std::int64_t atMs, const std::string& text);
    void postChat(ChatMessage& message);
    void askHistory();
    void onHistory(base::Result<api::ChatPage> page);
    void onEarlier(base::Result<api::ChatPage> page);
    void checkChat();                              // once a second while inside
    void reactionsChanged(), gather(std::size_t reaction), postReactions();
    void resetChat();
};

}  // namespace parlour::room
