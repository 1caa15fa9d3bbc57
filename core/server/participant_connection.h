// SPDX-License-Identifier: Apache-2.0
// One participant's signalling: from the join response to the leave, over as many WebSockets as the client resumes with.
// Inputs by sender: client handleMessage/lost, media handleEvent, house apply/end, time (timers). Thread: net.
//
// States: joining -> active (media up) -> parked (signalling or media lost, may resume) -> active …; any -> gone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/doors/channel.h"
#include "core/server/live_room.h"
#include "core/signal/join_request.h"
#include "core/signal/signal_request.h"
#include "core/signal/signal_response.h"

namespace parlour::server {

class ParticipantConnection : public std::enable_shared_from_this<ParticipantConnection> {
  public:
    static constexpr std::size_t kMaxTracks = 4;
    /// A track that was added and not negotiated for so long gives its place to the next: the client was cut off in between, or changed its mind.
    static constexpr base::Duration kPendingTime = std::chrono::seconds(15);
    static constexpr std::size_t kMaxWantBytes = 1024;       ///< "hand:" and 140 characters, generously
    static constexpr std::size_t kMaxMetadataBytes = 512;    ///< stands in every newcomer's roster, for each person
    static constexpr std::size_t kMaxNameBytes = 256;
    static constexpr base::Duration kWantShown = std::chrono::milliseconds(700);  ///< >= 500: stock clients look for it
    static constexpr base::Duration kHandGap = std::chrono::milliseconds(500);
    static constexpr base::Duration kRefreshEvery = std::chrono::minutes(5);
    static constexpr base::Duration kJoinTime = std::chrono::seconds(60);
    static constexpr base::Duration kTcpAfter = std::chrono::seconds(1);     ///< no path by UDP: candidates for TCP
    static constexpr base::Duration kMediaGrace = std::chrono::seconds(10);  ///< media lost, no resume
    static constexpr double kMessageBurst = 200, kMessagesPerSecond = 50;    ///< any kind; more ends the connection
    static constexpr double kControlBurst = 10, kControlPerSecond = 2;       ///< update_metadata

    ParticipantConnection(EndpointContext& context, LiveRoom& room, const Admission& admission, base::ParticipantSid sid,
                          SessionId session, int clientProtocol, bool single = false);
    ~ParticipantConnection();

    /// First WebSocket: join response and the rest. Later ones: resume.
    void join(std::shared_ptr<base::Channel> channel, const std::string& refreshToken);
    void resume(std::shared_ptr<base::Channel> channel, const std::string& refreshToken);
    /// What the client said inside its request (/rtc/v1); after join() or resume().
    void begin(const signal::JoinRequest& request);
    /// One peer connection for both ways.
    bool single() const { return m_single; }

    void handleEvent(SessionEvent event);
    void apply(const PersonChanged& change);
    /// Says leave, closes, and takes the person out of the room.
    void end(signal::DisconnectReason reason, signal::LeaveAction action);
    /// Of a program with an API key; never attributes of ours. Empty metadata = unchanged, "" deletes an attribute.
    void describe(const std::string& metadata, const std::map<std::string, std::string>& attributes);
    void sendData(bool lossy, base::Bytes packet);

    const signal::ParticipantInfo& info() const { return m_info; }
    /// As its owner sees it: with the wish that nobody else is shown.
    signal::ParticipantInfo ownInfo() const;
    /// info() for signal::encodeJoin; lives until the info changes.
    base::ByteView encodedInfo() const;
    const base::Identity& identity() const { return m_info.identity; }
    SessionId session() const { return m_session; }
    bool active() const { return m_active; }
    bool onStage() const { return m_rights.canPublish; }
    /// On stage, in power, wants to be heard, or has written in the chat: shown to the whole talk, overflow rooms included.
    bool notable() const;
    /// The connection goes on in another room of the same talk (LiveRoom::moveTo).
    void setRoom(LiveRoom& room) {
        m_room = &room;
        m_toldQuality.reset();
    }
    void bumpVersion() { ++m_info.version; }

    void send(const signal::SignalResponse& message);
    void sendEncoded(base::ByteView bytes);
    /// True when this client has not been told of this quality of its own and this version of the publishers' and can be told now.
    bool tellQuality(signal::ConnectionQuality own, std::uint32_t publishers);
    /// Somebody left while this one may be without signalling: told again after a resume.
    void noteDeparture(const signal::ParticipantInfo& gone);

  private:
    struct PendingTrack {
        std::string cid;
        signal::TrackInfo info;
        base::TimePoint since;
    };
    void attach(std::shared_ptr<base::Channel> channel);
    void detach();
    void lost();
    void handleMessage(base::ByteView bytes);
    void handle(const signal::AddTrack& request);
    void handle(const signal::MuteTrack& request);
    void handle(const signal::UpdateMetadata& request);
    void handle(const signal::SyncState& request);
    void handle(const signal::UpdateSubscription& request);
    void refuseTrack(std::variant<signal::MuteTrack, signal::UpdateLocalAudioTrack> request);
    void tellUnknown(const signal::UpdateSubscription& request);
    void armTcp();
    void offerTcp();
    void handlePath(const PathChanged& change);
    void handleChat(const ChatText& text);
    void answerChat(const std::string& id, base::Result<std::uint64_t> n);
    void want(const std::string& value, const signal::UpdateMetadata& request);
    void answerRequest(const signal::UpdateMetadata& request, signal::RequestReason reason, std::string message = {});
    void activate();
    void tellNews(RoomNews::What what, const signal::TrackInfo* track = nullptr) const;
    void mediaLost();
    void park(base::Duration grace);
    void armRefresh();
    std::vector<signal::IceServer> relays();
    void renewRelays();
    signal::TrackInfo* findTrack(const base::TrackSid& sid);
    signal::Permission permission() const;
    void toMedia(std::function<void(MediaSession&)> action);
    bool takeMessageToken();
    void forgetPending();

    EndpointContext& m_context;
    LiveRoom* m_room;                      // never null; another one after a move
    SessionId m_session;
    const bool m_single;
    MediaRights m_rights;
    signal::ParticipantInfo m_info;
    mutable base::Bytes m_encoded;         // m_info at m_encodedVersion
    mutable std::uint32_t m_encodedVersion = 0;
    std::optional<std::pair<signal::ConnectionQuality, std::uint32_t>> m_toldQuality;
    std::map<base::TrackSid, PendingTrack> m_pending;  // added, not yet negotiated
    std::map<std::string, std::string> m_described;    // attributes that a program gave
    std::string m_want;
    std::shared_ptr<base::Channel> m_channel;
    std::uint64_t m_generation = 0;        // of the channel: late callbacks of an old one are ignored
    bool m_active = false;
    bool m_told = false;                   // the house was told that we are connected
    bool m_gone = false;
    bool m_resuming = false;
    bool m_author = false;                 // has written in the chat: the whole talk reads the name
    std::string m_resumeToken;
    std::vector<signal::ParticipantInfo> m_missed;
    base::Timer m_joinTimer;
    base::Timer m_graceTimer;
    base::Timer m_refreshTimer;
    base::Timer m_wantTimer;
    base::Timer m_tcpTimer;
    base::Timer m_relayTimer;
    bool m_hasRelay = false;               // named a relayed address of its own
    bool m_tcpArmed = false;
    double m_messageTokens = kMessageBurst;
    double m_controlTokens = kControlBurst;
    base::TimePoint m_tokenTime{};
    base::TimePoint m_lastHand{};
    bool m_subscriberUp = false;
    bool m_publisherUp = false;
    bool m_publisherAnswered = false;
};

}  // namespace parlour::server
