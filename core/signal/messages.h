// SPDX-License-Identifier: Apache-2.0
// What the two ends of LiveKit's signalling say to each other, as plain values: parts first, requests in
// signal_request.h, responses in signal_response.h. Wire form: codec.h. Field meaning: docs of protocol 17.
// Values only; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace parlour::signal {

/// Protocol version both ends speak; gates of other versions are not implemented.
inline constexpr int kProtocolVersion = 17;

// The numbers of these enums are the wire's. A number outside the list decodes as the first value.
enum class SignalTarget { publisher = 0, subscriber = 1 };
enum class TrackType { audio = 0, video = 1, data = 2 };
enum class TrackSource { unknown = 0, camera = 1, microphone = 2, screenShare = 3, screenShareAudio = 4 };
enum class ParticipantState { joining = 0, joined = 1, active = 2, disconnected = 3 };
enum class ConnectionQuality { poor = 0, good = 1, excellent = 2, lost = 3 };
enum class LeaveAction { disconnect = 0, resume = 1, reconnect = 2 };
enum class DisconnectReason {
    unknown = 0,
    clientInitiated = 1,
    duplicateIdentity = 2,
    serverShutdown = 3,
    participantRemoved = 4,
    roomDeleted = 5,
    stateMismatch = 6,
    joinFailure = 7,
    migration = 8,
    signalClose = 9,
    roomClosed = 10,
    userUnavailable = 11,
    userRejected = 12,
    sipTrunkFailure = 13,
    connectionTimeout = 14,
    mediaFailure = 15,
    agentError = 16,
};
enum class RequestReason {
    ok = 0,
    notFound = 1,
    notAllowed = 2,
    limitExceeded = 3,
    queued = 4,
    unsupportedType = 5,
    unclassified = 6,
    invalidHandle = 7,
    invalidName = 8,
    duplicateHandle = 9,
    duplicateName = 10,
    invalidRequest = 11,
};

struct SessionDescription {
    std::string type;  ///< "offer" or "answer"
    std::string sdp;
    std::uint32_t id = 0;  ///< of the offer; an answer echoes it; 0 = the peer does not number
    std::map<std::string, std::string> midToTrackId;  ///< mid -> TR_ sid of what the server sends
};

struct Trickle {
    std::string candidateInit;  ///< JSON, see rtc/ice_candidate.h
    SignalTarget target = SignalTarget::publisher;
    bool final = false;
};

struct Codec {
    std::string mime;  ///< "audio/opus"
    std::string fmtpLine;
};

struct RoomInfo {
    base::RoomSid sid;
    base::RoomId name;
    std::uint32_t emptyTimeoutS = 0;
    std::uint32_t departureTimeoutS = 0;
    std::uint32_t maxParticipants = 0;  ///< 0 = no limit
    std::int64_t creationTimeMs = 0;    ///< Unix; both wire fields (seconds, milliseconds) are written
    std::vector<Codec> enabledCodecs;
    std::string metadata;               ///< ours: JSON {"title","house","hands_locked","waiting_for_host","started_at"}
    std::uint32_t numParticipants = 0;
    std::uint32_t numPublishers = 0;
    bool activeRecording = false;
};

struct TrackInfo {
    base::TrackSid sid;
    TrackType type = TrackType::audio;
    TrackSource source = TrackSource::unknown;
    std::string name;
    bool muted = false;
    std::string mimeType;
    std::string mid;
    std::string stream;
    bool stereo = false;
    bool disableDtx = false;
    bool disableRed = false;
    int encryption = 0;              ///< 0 none, 1 GCM, 2 custom
    std::vector<int> audioFeatures;  ///< AudioTrackFeature numbers
};

struct Permission {
    bool canSubscribe = false;
    bool canPublish = false;
    bool canPublishData = false;
    bool canUpdateMetadata = false;
    bool hidden = false;
    std::vector<TrackSource> canPublishSources;  ///< empty = all

    bool operator==(const Permission&) const = default;
};

struct ParticipantInfo {
    base::ParticipantSid sid;
    base::Identity identity;
    ParticipantState state = ParticipantState::joining;
    std::string name;
    std::string metadata;
    std::map<std::string, std::string> attributes;
    std::vector<TrackInfo> tracks;
    std::int64_t joinedAtMs = 0;  ///< Unix; both wire fields are written
    std::uint32_t version = 0;    ///< apply when >= the known one; equal versions do occur
    Permission permission;
    bool isPublisher = false;
    int kind = 0;                 ///< 0 standard, 4 agent, …
    DisconnectReason disconnectReason = DisconnectReason::unknown;
    int clientProtocol = 0;
};

struct IceServer {
    std::vector<std::string> urls;
    std::string username;
    std::string credential;
};

struct ServerInfo {
    std::string version;
    int protocol = kProtocolVersion;
    std::string region;
    std::string nodeId;
};

struct SpeakerInfo {
    base::ParticipantSid sid;
    float level = 0.0f;  ///< 0..1
    bool active = false;
};

struct ParticipantTracks {
    base::ParticipantSid participant;
    std::vector<base::TrackSid> tracks;
};

// Messages that go both ways.
struct Offer {
    SessionDescription description;
};
struct Answer {
    SessionDescription description;
};
struct MuteTrack {
    base::TrackSid track;
    bool muted = false;
};
/// Where else a server can be reached.
struct Region {
    std::string name;
    std::string url;
    std::int64_t distance = 0;
    bool operator==(const Region&) const = default;
};
struct Leave {
    DisconnectReason reason = DisconnectReason::unknown;
    LeaveAction action = LeaveAction::disconnect;
    bool canReconnect = false;  ///< for protocols below 13
    std::vector<Region> regions{};  ///< to come back to, the best first
};
struct TrackPublished {
    std::string cid;
    TrackInfo track;
};
/// Understood by LiveKit, of no use here: skipped. `field` is the number in the oneof, 0 = unknown to us.
struct Ignored {
    int field = 0;
};

}  // namespace parlour::signal
