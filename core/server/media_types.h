// SPDX-License-Identifier: Apache-2.0
// What the net thread (livekit_endpoint) and the media thread (builtin_engine) tell each other about one participant's
// session. Plain values; they cross the threads by queue.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/rtc/transport.h"
#include "core/server/chat_collector.h"
#include "core/signal/messages.h"

namespace parlour::server {

/// One live session of one identity on the media thread; never reused.
struct SessionId {
    std::uint64_t value = 0;
    auto operator<=>(const SessionId&) const = default;
};

// Net -> media.

struct SessionOpen {
    SessionId id;
    base::RoomId room;
    base::Identity identity;
    base::ParticipantSid sid;
    bool autoSubscribe = true;
    bool single = false;  ///< one connection for both ways; the client always offers (/rtc/v1)
};
/// An AddTrack that net has allowed; its section comes with the next offer.
struct TrackOpen {
    base::TrackSid sid;
    std::string cid;      ///< track id of a=msid in the client's offer
    bool muted = false;
    bool red = true;      ///< copies of earlier packets are welcome (AddTrack.disable_red says no)
};

// Media -> net.

/// To be sent to the client; exactly one is outstanding.
struct SubscriberOffer {
    std::string sdp;
    std::uint32_t id = 0;
    std::map<std::string, std::string> midToTrack;
};
struct PublisherAnswer {
    std::string sdp;
    std::uint32_t id = 0;  ///< of the offer
    std::map<std::string, std::string> midToTrack{};  ///< single connection: what we send on its lines
};
/// Single connection: the client is asked for an offer with so many more lines to receive on.
struct SectionsWanted {
    std::uint32_t audios = 0;
};
struct NegotiationFailed {
    base::Error error;
};
struct PathChanged {
    signal::SignalTarget target = signal::SignalTarget::publisher;
    rtc::TransportState state = rtc::TransportState::fresh;
};
/// The track's section is negotiated: it exists for the others from now on.
struct TrackStarted {
    base::TrackSid sid;
    std::string mid;
    bool muted = false;
};
struct TrackStopped {
    base::TrackSid sid;
    bool revoked = false;   ///< by demotion, not by the client
};
/// Whether anything of the track can be heard, for whatever reason.
struct TrackMuteChanged {
    base::TrackSid sid;
    bool muted = false;
};
/// Somebody receives the track for the first time.
struct TrackHeard {
    base::TrackSid sid;
};
/// The client's resume was taken up; a subscriber offer follows.
struct Resumed {
    std::uint32_t lastDataSequence = 0;
};
/// A chat message of this participant, complete. It reaches nobody before the house says so.
struct ChatReceived {
    ChatText text;
};
/// One that goes nowhere: too fast, or of a kind that rooms do not have.
struct ChatDropped {
    std::string id;
    bool tooFast = false;
};
enum class SessionEnd {
    removed,    ///< by the house
    roomEnded,
    refused,    ///< nobody gave this identity rights
    stalled,    ///< an offer of ours was not answered in time
};
struct SessionClosed {
    SessionEnd why = SessionEnd::removed;
};
using SessionEvent = std::variant<SubscriberOffer, PublisherAnswer, SectionsWanted, NegotiationFailed, PathChanged, TrackStarted,
                                  TrackStopped, TrackMuteChanged, TrackHeard, Resumed, ChatReceived, ChatDropped,
                                  SessionClosed>;

struct SpeakerLevel {
    SessionId session;
    float level = 0.0f;   ///< eighths, > 0
};
struct SessionQuality {
    SessionId session;
    signal::ConnectionQuality quality = signal::ConnectionQuality::excellent;
    float score = 5.0f;   ///< 0..5
};

/// Called on the media thread by the worker; the engine passes them on to net.
struct MediaSink {
    std::function<void(SessionId, SessionEvent)> onSession;
    /// Each 400 ms while somebody speaks, and once when nobody does any more.
    std::function<void(const base::RoomId&, std::vector<SpeakerLevel>)> onSpeakers;
    /// Each 5 s.
    std::function<void(const base::RoomId&, std::vector<SessionQuality>)> onQuality;
};

}  // namespace parlour::server
