// SPDX-License-Identifier: Apache-2.0
#include "core/signal/codec_parts.h"

#include <google/protobuf/stubs/common.h>
#if GOOGLE_PROTOBUF_VERSION < 4022000
#include <google/protobuf/stubs/logging.h>
#endif

#include "livekit.pb.h"

namespace parlour::signal::wire {
namespace {

constexpr std::size_t kMaxShortString = 4'096;        // names, ids: the owners of the values have narrower limits
constexpr std::size_t kMaxMetadataBytes = 512 * 1024; // LiveKit's own limit

void checkShort(const char* field, const std::string& value, Limits& limits) {
    if (value.size() > kMaxShortString) limits.fail(field);
}

/// Times on the wire come in seconds, milliseconds or both; what no calendar holds counts as unknown.
std::int64_t wallMs(std::int64_t milliseconds, std::int64_t seconds) {
    constexpr std::int64_t kLast = 253'402'300'799;   // end of the year 9999
    if (milliseconds > 0 && milliseconds <= kLast * 1000) return milliseconds;
    return seconds > 0 && seconds <= kLast ? seconds * 1000 : 0;
}

template <class Map>
std::map<std::string, std::string> attributes(const Map& from, Limits& limits) {
    limits.count("attributes", from.size(), kMaxAttributes);
    std::map<std::string, std::string> out;
    std::size_t bytes = 0;
    for (const auto& [key, value] : from) {
        bytes += key.size() + value.size();
        out.emplace(key, value);
    }
    if (bytes > kMaxAttributeBytes) limits.fail("attributes");
    return out;
}

}  // namespace

void quietProtobuf() {
#if GOOGLE_PROTOBUF_VERSION < 4022000
    static const bool done = [] {
        google::protobuf::SetLogHandler(nullptr);
        return true;
    }();
    (void)done;
#endif
}

void put(const SessionDescription& from, livekit::SessionDescription& to) {
    to.set_type(from.type);
    to.set_sdp(from.sdp);
    to.set_id(from.id);
    for (const auto& [mid, track] : from.midToTrackId) (*to.mutable_mid_to_track_id())[mid] = track;
}

SessionDescription get(const livekit::SessionDescription& from, Limits& limits) {
    checkShort("type", from.type(), limits);
    if (from.sdp().size() > kMaxSdpBytes) limits.fail("sdp");
    limits.count("mid_to_track_id", from.mid_to_track_id_size());
    SessionDescription out{from.type(), from.sdp(), from.id(), {}};
    for (const auto& [mid, track] : from.mid_to_track_id()) out.midToTrackId.emplace(mid, track);
    return out;
}

void put(const Trickle& from, livekit::TrickleRequest& to) {
    to.set_candidateinit(from.candidateInit);
    to.set_target(static_cast<livekit::SignalTarget>(from.target));
    to.set_final(from.final);
}

Trickle get(const livekit::TrickleRequest& from, Limits& limits) {
    checkShort("candidateInit", from.candidateinit(), limits);
    return {from.candidateinit(), toEnum(from.target(), SignalTarget::subscriber), from.final()};
}

void put(const TrackInfo& from, livekit::TrackInfo& to) {
    to.set_sid(from.sid.str());
    to.set_type(static_cast<livekit::TrackType>(from.type));
    to.set_source(static_cast<livekit::TrackSource>(from.source));
    to.set_name(from.name);
    to.set_muted(from.muted);
    to.set_mime_type(from.mimeType);
    to.set_mid(from.mid);
    to.set_stream(from.stream);
    to.set_stereo(from.stereo);
    to.set_disable_dtx(from.disableDtx);
    to.set_disable_red(from.disableRed);
    to.set_encryption(from.encryption);
    for (const int feature : from.audioFeatures) to.add_audio_features(static_cast<livekit::AudioTrackFeature>(feature));
}

TrackInfo get(const livekit::TrackInfo& from, Limits& limits) {
    checkShort("track sid", from.sid(), limits);
    checkShort("track name", from.name(), limits);
    limits.count("audio_features", from.audio_features_size(), 32);
    TrackInfo out;
    out.sid = base::TrackSid(from.sid());
    out.type = toEnum(from.type(), TrackType::data);
    out.source = toEnum(from.source(), TrackSource::screenShareAudio);
    out.name = from.name();
    out.muted = from.muted();
    out.mimeType = from.mime_type();
    out.mid = from.mid();
    out.stream = from.stream();
    out.stereo = from.stereo();
    out.disableDtx = from.disable_dtx();
    out.disableRed = from.disable_red();
    out.encryption = from.encryption();
    for (const int feature : from.audio_features()) out.audioFeatures.push_back(feature);
    return out;
}

void put(const ParticipantInfo& from, livekit::ParticipantInfo& to) {
    to.set_sid(from.sid.str());
    to.set_identity(from.identity.str());
    to.set_state(static_cast<livekit::ParticipantInfo::State>(from.state));
    to.set_name(from.name);
    to.set_metadata(from.metadata);
    for (const auto& [key, value] : from.attributes) (*to.mutable_attributes())[key] = value;
    for (const auto& track : from.tracks) put(track, *to.add_tracks());
    to.set_joined_at(from.joinedAtMs / 1000);
    to.set_joined_at_ms(from.joinedAtMs);
    to.set_version(from.version);
    auto& permission = *to.mutable_permission();
    permission.set_can_subscribe(from.permission.canSubscribe);
    permission.set_can_publish(from.permission.canPublish);
    permission.set_can_publish_data(from.permission.canPublishData);
    permission.set_can_update_metadata(from.permission.canUpdateMetadata);
    permission.set_hidden(from.permission.hidden);
    for (const auto source : from.permission.canPublishSources)
        permission.add_can_publish_sources(static_cast<livekit::TrackSource>(source));
    to.set_is_publisher(from.isPublisher);
    to.set_kind(static_cast<livekit::ParticipantInfo::Kind>(from.kind));
    to.set_disconnect_reason(static_cast<livekit::DisconnectReason>(from.disconnectReason));
    to.set_client_protocol(from.clientProtocol);
}

ParticipantInfo get(const livekit::ParticipantInfo& from, Limits& limits) {
    checkShort("sid", from.sid(), limits);
    checkShort("identity", from.identity(), limits);
    checkShort("name", from.name(), limits);
    if (from.metadata().size() > kMaxMetadataBytes) limits.fail("metadata");
    limits.count("tracks", from.tracks_size(), 64);
    limits.count("can_publish_sources", from.permission().can_publish_sources_size(), 32);
    ParticipantInfo out;
    out.sid = base::ParticipantSid(from.sid());
    out.identity = base::Identity(from.identity());
    out.state = toEnum(from.state(), ParticipantState::disconnected);
    out.name = from.name();
    out.metadata = from.metadata();
    out.attributes = attributes(from.attributes(), limits);
    for (const auto& track : from.tracks()) out.tracks.push_back(get(track, limits));
    out.joinedAtMs = wallMs(from.joined_at_ms(), from.joined_at());
    out.version = from.version();
    const auto& permission = from.permission();
    out.permission.canSubscribe = permission.can_subscribe();
    out.permission.canPublish = permission.can_publish();
    out.permission.canPublishData = permission.can_publish_data();
    out.permission.canUpdateMetadata = permission.can_update_metadata();
    out.permission.hidden = permission.hidden();
    for (const int source : permission.can_publish_sources())
        out.permission.canPublishSources.push_back(toEnum(source, TrackSource::screenShareAudio));
    out.isPublisher = from.is_publisher();
    out.kind = static_cast<int>(from.kind());
    out.disconnectReason = toEnum(from.disconnect_reason(), DisconnectReason::agentError);
    out.clientProtocol = from.client_protocol();
    return out;
}

void put(const RoomInfo& from, livekit::Room& to) {
    to.set_sid(from.sid.str());
    to.set_name(from.name.str());
    to.set_empty_timeout(from.emptyTimeoutS);
    to.set_departure_timeout(from.departureTimeoutS);
    to.set_max_participants(from.maxParticipants);
    to.set_creation_time(from.creationTimeMs / 1000);
    to.set_creation_time_ms(from.creationTimeMs);
    for (const auto& codec : from.enabledCodecs) {
        auto& c = *to.add_enabled_codecs();
        c.set_mime(codec.mime);
        c.set_fmtp_line(codec.fmtpLine);
    }
    to.set_metadata(from.metadata);
    to.set_num_participants(from.numParticipants);
    to.set_num_publishers(from.numPublishers);
    to.set_active_recording(from.activeRecording);
}

RoomInfo get(const livekit::Room& from, Limits& limits) {
    checkShort("room sid", from.sid(), limits);
    checkShort("room name", from.name(), limits);
    if (from.metadata().size() > kMaxMetadataBytes) limits.fail("room metadata");
    limits.count("enabled_codecs", from.enabled_codecs_size(), 64);
    RoomInfo out;
    out.sid = base::RoomSid(from.sid());
    out.name = base::RoomId(from.name());
    out.emptyTimeoutS = from.empty_timeout();
    out.departureTimeoutS = from.departure_timeout();
    out.maxParticipants = from.max_participants();
    out.creationTimeMs = wallMs(from.creation_time_ms(), from.creation_time());
    for (const auto& codec : from.enabled_codecs()) out.enabledCodecs.push_back({codec.mime(), codec.fmtp_line()});
    out.metadata = from.metadata();
    out.numParticipants = from.num_participants();
    out.numPublishers = from.num_publishers();
    out.activeRecording = from.active_recording();
    return out;
}

void put(const Leave& from, livekit::LeaveRequest& to) {
    to.set_reason(static_cast<livekit::DisconnectReason>(from.reason));
    to.set_action(static_cast<livekit::LeaveRequest::Action>(from.action));
    to.set_can_reconnect(from.canReconnect);
    for (const auto& region : from.regions) {
        auto& r = *to.mutable_regions()->add_regions();
        r.set_region(region.name);
        r.set_url(region.url);
        r.set_distance(region.distance);
    }
}

Leave get(const livekit::LeaveRequest& from, Limits& limits) {
    limits.count("regions", static_cast<std::size_t>(from.regions().regions_size()), kMaxRegions);
    Leave out{toEnum(from.reason(), DisconnectReason::agentError), toEnum(from.action(), LeaveAction::reconnect), from.can_reconnect(), {}};
    if (limits.ok())
        for (const auto& region : from.regions().regions()) out.regions.push_back({region.region(), region.url(), region.distance()});
    return out;
}

void put(const AddTrack& from, livekit::AddTrackRequest& to) {
    to.set_cid(from.cid);
    to.set_name(from.name);
    to.set_type(static_cast<livekit::TrackType>(from.type));
    to.set_source(static_cast<livekit::TrackSource>(from.source));
    to.set_muted(from.muted);
    to.set_disable_dtx(from.disableDtx);
    to.set_disable_red(from.disableRed);
    to.set_stereo(from.stereo);
    to.set_stream(from.stream);
    to.set_encryption(from.encryption);
    for (const int feature : from.audioFeatures) to.add_audio_features(static_cast<livekit::AudioTrackFeature>(feature));
}

AddTrack get(const livekit::AddTrackRequest& from, Limits& limits) {
    checkShort("cid", from.cid(), limits);
    checkShort("name", from.name(), limits);
    checkShort("stream", from.stream(), limits);
    limits.count("audio_features", from.audio_features_size(), 32);
    AddTrack out;
    out.cid = from.cid();
    out.name = from.name();
    out.type = toEnum(from.type(), TrackType::data);
    out.source = toEnum(from.source(), TrackSource::screenShareAudio);
    out.muted = from.muted();
    out.disableDtx = from.disable_dtx();
    out.disableRed = from.disable_red();
    out.stereo = from.stereo();
    out.stream = from.stream();
    out.encryption = from.encryption();
    for (const int feature : from.audio_features()) out.audioFeatures.push_back(feature);
    return out;
}

void put(const UpdateSubscription& from, livekit::UpdateSubscription& to) {
    for (const auto& sid : from.tracks) to.add_track_sids(sid.str());
    to.set_subscribe(from.subscribe);
    for (const auto& tracks : from.participantTracks) {
        auto& t = *to.add_participant_tracks();
        t.set_participant_sid(tracks.participant.str());
        for (const auto& sid : tracks.tracks) t.add_track_sids(sid.str());
    }
}

UpdateSubscription get(const livekit::UpdateSubscription& from, Limits& limits) {
    limits.count("track_sids", from.track_sids_size());
    limits.count("participant_tracks", from.participant_tracks_size());
    UpdateSubscription out;
    out.subscribe = from.subscribe();
    for (const auto& sid : from.track_sids()) out.tracks.emplace_back(sid);
    for (const auto& tracks : from.participant_tracks()) {
        limits.count("participant_tracks.track_sids", tracks.track_sids_size());
        auto& t = out.participantTracks.emplace_back();
        t.participant = base::ParticipantSid(tracks.participant_sid());
        for (const auto& sid : tracks.track_sids()) t.tracks.emplace_back(sid);
    }
    return out;
}

void put(const UpdateMetadata& from, livekit::UpdateParticipantMetadata& to) {
    to.set_metadata(from.metadata);
    to.set_name(from.name);
    for (const auto& [key, value] : from.attributes) (*to.mutable_attributes())[key] = value;
    to.set_request_id(from.requestId);
}

UpdateMetadata get(const livekit::UpdateParticipantMetadata& from, Limits& limits) {
    checkShort("name", from.name(), limits);
    if (from.metadata().size() > kMaxMetadataBytes) limits.fail("metadata");
    return {from.metadata(), from.name(), attributes(from.attributes(), limits), from.request_id()};
}

void put(const UpdateLocalAudioTrack& from, livekit::UpdateLocalAudioTrack& to) {
    to.set_track_sid(from.track.str());
    for (const int feature : from.features) to.add_features(static_cast<livekit::AudioTrackFeature>(feature));
}

UpdateLocalAudioTrack get(const livekit::UpdateLocalAudioTrack& from, Limits& limits) {
    limits.count("features", from.features_size(), 32);
    UpdateLocalAudioTrack out{base::TrackSid(from.track_sid()), {}};
    for (const int feature : from.features()) out.features.push_back(feature);
    return out;
}

void put(const TrackPublished& from, livekit::TrackPublishedResponse& to) {
    to.set_cid(from.cid);
    put(from.track, *to.mutable_track());
}

TrackPublished get(const livekit::TrackPublishedResponse& from, Limits& limits) {
    checkShort("cid", from.cid(), limits);
    return {from.cid(), get(from.track(), limits)};
}

void put(const IceServer& from, livekit::ICEServer& to) {
    for (const auto& url : from.urls) to.add_urls(url);
    to.set_username(from.username);
    to.set_credential(from.credential);
}

IceServer get(const livekit::ICEServer& from, Limits& limits) {
    limits.count("urls", from.urls_size(), 16);
    return {{from.urls().begin(), from.urls().end()}, from.username(), from.credential()};
}

void put(const ServerInfo& from, livekit::ServerInfo& to) {
    to.set_version(from.version);
    to.set_protocol(from.protocol);
    to.set_region(from.region);
    to.set_node_id(from.nodeId);
}

ServerInfo get(const livekit::ServerInfo& from, Limits&) {
    return {from.version(), from.protocol(), from.region(), from.node_id()};
}

}  // namespace parlour::signal::wire
