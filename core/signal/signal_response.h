// SPDX-License-Identifier: Apache-2.0
// SignalResponse: everything a server may say.
#pragma once

#include <variant>

#include "core/signal/messages.h"
#include "core/signal/signal_request.h"

namespace parlour::signal {

struct Join {
    RoomInfo room;
    ParticipantInfo participant;
    std::vector<ParticipantInfo> others;
    std::vector<IceServer> iceServers;
    ServerInfo server;
    bool subscriberPrimary = true;  ///< fixed for the session
    bool fastPublish = false;
    bool resumeDisabled = false;    ///< client_configuration.resume_connection = DISABLED
    int pingIntervalS = 5;
    int pingTimeoutS = 15;
    std::string alternativeUrl;
    std::string sifTrailer;         ///< bytes
    std::vector<Codec> enabledPublishCodecs;
};
struct Reconnect {
    std::vector<IceServer> iceServers;
    ServerInfo server;
    bool resumeDisabled = false;
    std::uint32_t lastMessageSequence = 0;
};
struct ParticipantUpdate {
    std::vector<ParticipantInfo> participants;
};
struct TrackUnpublished {
    base::TrackSid track;
};
struct TrackSubscribed {
    base::TrackSid track;
};
struct SpeakersChanged {
    std::vector<SpeakerInfo> speakers;  ///< deltas; merge
};
struct RoomUpdate {
    RoomInfo room;
};
struct QualityInfo {
    base::ParticipantSid participant;
    ConnectionQuality quality = ConnectionQuality::excellent;
    float score = 0.0f;
    bool operator==(const QualityInfo&) const = default;
};
struct ConnectionQualityUpdate {
    std::vector<QualityInfo> updates;
};
struct StreamStateInfo {
    base::ParticipantSid participant;
    base::TrackSid track;
    bool paused = false;
};
struct StreamStateUpdate {
    std::vector<StreamStateInfo> states;
};
struct SubscriptionPermissionUpdate {
    base::ParticipantSid participant;
    base::TrackSid track;
    bool allowed = false;
};
struct RefreshToken {
    std::string token;  ///< secret; the newest is the resume credential
};
struct Pong {
    std::int64_t timestampMs = 0;  ///< of the ping
};
struct PongResponse {
    std::int64_t lastPingTimestampMs = 0;
    std::int64_t timestampMs = 0;
};
struct SubscriptionResponse {
    base::TrackSid track;
    int error = 0;  ///< 0 unknown, 1 codec unsupported, 2 track not found
};
struct RequestResponse {
    std::uint32_t requestId = 0;
    RequestReason reason = RequestReason::ok;
    std::string message;
    /// What was asked, where the server echoes it.
    std::variant<std::monostate, Trickle, AddTrack, MuteTrack, UpdateMetadata, UpdateLocalAudioTrack> echo;
};
struct MediaSectionsRequirement {
    std::uint32_t audios = 0;
    std::uint32_t videos = 0;
};

using SignalResponse =
    std::variant<Ignored, Join, Answer, Offer, Trickle, ParticipantUpdate, TrackPublished, Leave, MuteTrack,
                 SpeakersChanged, RoomUpdate, ConnectionQualityUpdate, StreamStateUpdate, SubscriptionPermissionUpdate,
                 RefreshToken, TrackUnpublished, Pong, Reconnect, PongResponse, SubscriptionResponse, RequestResponse,
                 TrackSubscribed, MediaSectionsRequirement>;

}  // namespace parlour::signal
