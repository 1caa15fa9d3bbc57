// SPDX-License-Identifier: Apache-2.0
// SignalRequest: everything a client may say.
#pragma once

#include <variant>

#include "core/signal/messages.h"

namespace parlour::signal {

struct AddTrack {
    std::string cid;  ///< second token of a=msid in the offer that follows
    std::string name;
    TrackType type = TrackType::audio;
    TrackSource source = TrackSource::microphone;
    bool muted = false;
    bool disableDtx = false;
    bool disableRed = false;
    bool stereo = false;
    std::string stream;
    int encryption = 0;
    std::vector<int> audioFeatures;
};
struct UpdateSubscription {
    std::vector<base::TrackSid> tracks;
    bool subscribe = false;
    std::vector<ParticipantTracks> participantTracks;
};
struct UpdateTrackSettings {
    std::vector<base::TrackSid> tracks;
    bool disabled = false;  ///< true stops forwarding
};
struct TrackPermission {
    base::ParticipantSid participant;
    base::Identity identity;
    bool allTracks = false;
    std::vector<base::TrackSid> tracks;
};
struct SubscriptionPermission {
    bool allParticipants = false;
    std::vector<TrackPermission> tracks;
};
struct DataChannelInfo {
    std::string label;
    std::uint32_t id = 0;
    SignalTarget target = SignalTarget::publisher;
};
struct DataReceiveState {
    base::ParticipantSid publisher;
    std::uint32_t lastSequence = 0;
};
/// First message after a resume.
struct SyncState {
    std::optional<SessionDescription> answer;
    std::optional<SessionDescription> offer;
    UpdateSubscription subscription;
    std::vector<TrackPublished> publishTracks;
    std::vector<DataChannelInfo> dataChannels;
    std::vector<base::TrackSid> disabledTracks;
    std::vector<DataReceiveState> receiveStates;
};
struct Ping {
    std::int64_t timestampMs = 0;  ///< client's clock
};
struct PingRequest {
    std::int64_t timestampMs = 0;
    std::int64_t rttMs = 0;
};
struct UpdateMetadata {
    std::string metadata;  ///< empty = unchanged
    std::string name;      ///< empty = unchanged
    std::map<std::string, std::string> attributes;  ///< deltas; "" deletes
    std::uint32_t requestId = 0;
};
struct UpdateLocalAudioTrack {
    base::TrackSid track;
    std::vector<int> features;
};
/// LiveKit's test hook; a production server answers "unsupported" (security T20).
struct Simulate {
    int scenario = 0;  ///< number in its oneof
};

using SignalRequest = std::variant<Ignored, Offer, Answer, Trickle, AddTrack, MuteTrack, UpdateSubscription,
                                   UpdateTrackSettings, Leave, SubscriptionPermission, SyncState, Simulate, Ping,
                                   UpdateMetadata, PingRequest, UpdateLocalAudioTrack>;

}  // namespace parlour::signal
