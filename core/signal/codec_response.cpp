// SPDX-License-Identifier: Apache-2.0
// SignalResponse <-> protobuf.
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "core/signal/codec_parts.h"
#include "livekit.pb.h"

namespace parlour::signal {
namespace {

using wire::get;
using wire::Limits;
using wire::put;

void putConfiguration(bool resumeDisabled, livekit::ClientConfiguration& to) {
    if (resumeDisabled) to.set_resume_connection(livekit::DISABLED);
}

struct EchoWriter {
    livekit::RequestResponse& out;

    void operator()(std::monostate) const {}
    void operator()(const Trickle& m) const { put(m, *out.mutable_trickle()); }
    void operator()(const AddTrack& m) const { put(m, *out.mutable_add_track()); }
    void operator()(const MuteTrack& m) const {
        out.mutable_mute()->set_sid(m.track.str());
        out.mutable_mute()->set_muted(m.muted);
    }
    void operator()(const UpdateMetadata& m) const { put(m, *out.mutable_update_metadata()); }
    void operator()(const UpdateLocalAudioTrack& m) const { put(m, *out.mutable_update_audio_track()); }
};

struct ResponseWriter {
    livekit::SignalResponse& out;

    void operator()(const Ignored&) const {}
    void operator()(const Join& m) const {
        auto& to = *out.mutable_join();
        put(m.room, *to.mutable_room());
        put(m.participant, *to.mutable_participant());
        for (const auto& other : m.others) put(other, *to.add_other_participants());
        for (const auto& server : m.iceServers) put(server, *to.add_ice_servers());
        put(m.server, *to.mutable_server_info());
        to.set_server_version(m.server.version);  // older clients look here
        to.set_subscriber_primary(m.subscriberPrimary);
        to.set_fast_publish(m.fastPublish);
        putConfiguration(m.resumeDisabled, *to.mutable_client_configuration());
        to.set_ping_interval(m.pingIntervalS);
        to.set_ping_timeout(m.pingTimeoutS);
        to.set_alternative_url(m.alternativeUrl);
        to.set_sif_trailer(m.sifTrailer);
        for (const auto& codec : m.enabledPublishCodecs) {
            auto& c = *to.add_enabled_publish_codecs();
            c.set_mime(codec.mime);
            c.set_fmtp_line(codec.fmtpLine);
        }
    }
    void operator()(const Answer& m) const { put(m.description, *out.mutable_answer()); }
    void operator()(const Offer& m) const { put(m.description, *out.mutable_offer()); }
    void operator()(const Trickle& m) const { put(m, *out.mutable_trickle()); }
    void operator()(const ParticipantUpdate& m) const {
        auto& to = *out.mutable_update();
        for (const auto& participant : m.participants) put(participant, *to.add_participants());
    }
    void operator()(const TrackPublished& m) const { put(m, *out.mutable_track_published()); }
    void operator()(const Leave& m) const { put(m, *out.mutable_leave()); }
    void operator()(const MuteTrack& m) const {
        out.mutable_mute()->set_sid(m.track.str());
        out.mutable_mute()->set_muted(m.muted);
    }
    void operator()(const SpeakersChanged& m) const {
        auto& to = *out.mutable_speakers_changed();
        for (const auto& speaker : m.speakers) {
            auto& s = *to.add_speakers();
            s.set_sid(speaker.sid.str());
            s.set_level(speaker.level);
            s.set_active(speaker.active);
        }
    }
    void operator()(const RoomUpdate& m) const { put(m.room, *out.mutable_room_update()->mutable_room()); }
    void operator()(const ConnectionQualityUpdate& m) const {
        auto& to = *out.mutable_connection_quality();
        for (const auto& update : m.updates) {
            auto& u = *to.add_updates();
            u.set_participant_sid(update.participant.str());
            u.set_quality(static_cast<livekit::ConnectionQuality>(update.quality));
            u.set_score(update.score);
        }
    }
    void operator()(const StreamStateUpdate& m) const {
        auto& to = *out.mutable_stream_state_update();
        for (const auto& state : m.states) {
            auto& s = *to.add_stream_states();
            s.set_participant_sid(state.participant.str());
            s.set_track_sid(state.track.str());
            s.set_state(state.paused ? 1 : 0);
        }
    }
    void operator()(const SubscriptionPermissionUpdate& m) const {
        auto& to = *out.mutable_subscription_permission_update();
        to.set_participant_sid(m.participant.str());
        to.set_track_sid(m.track.str());
        to.set_allowed(m.allowed);
    }
    void operator()(const RefreshToken& m) const { out.set_refresh_token(m.token); }
    void operator()(const TrackUnpublished& m) const { out.mutable_track_unpublished()->set_track_sid(m.track.str()); }
    void operator()(const Pong& m) const { out.set_pong(m.timestampMs); }
    void operator()(const Reconnect& m) const {
        auto& to = *out.mutable_reconnect();
        for (const auto& server : m.iceServers) put(server, *to.add_ice_servers());
        put(m.server, *to.mutable_server_info());
        putConfiguration(m.resumeDisabled, *to.mutable_client_configuration());
        to.set_last_message_seq(m.lastMessageSequence);
    }
    void operator()(const PongResponse& m) const {
        out.mutable_pong_resp()->set_last_ping_timestamp(m.lastPingTimestampMs);
        out.mutable_pong_resp()->set_timestamp(m.timestampMs);
    }
    void operator()(const SubscriptionResponse& m) const {
        out.mutable_subscription_response()->set_track_sid(m.track.str());
        out.mutable_subscription_response()->set_err(m.error);
    }
    void operator()(const RequestResponse& m) const {
        auto& to = *out.mutable_request_response();
        to.set_request_id(m.requestId);
        to.set_reason(static_cast<livekit::RequestResponse::Reason>(m.reason));
        to.set_message(m.message);
        std::visit(EchoWriter{to}, m.echo);
    }
    void operator()(const TrackSubscribed& m) const { out.mutable_track_subscribed()->set_track_sid(m.track.str()); }
    void operator()(const MediaSectionsRequirement& m) const {
        out.mutable_media_sections_requirement()->set_num_audios(m.audios);
        out.mutable_media_sections_requirement()->set_num_videos(m.videos);
    }
};

template <class T>
std::vector<IceServer> readIceServers(const T& from, Limits& limits) {
    limits.count("ice_servers", static_cast<std::size_t>(from.size()), 16);
    std::vector<IceServer> out;
    for (const auto& server : from) out.push_back(get(server, limits));
    return out;
}

Join readJoin(const livekit::JoinResponse& from, Limits& limits) {
    limits.count("other_participants", from.other_participants_size(), kMaxParticipants);
    limits.count("enabled_publish_codecs", from.enabled_publish_codecs_size(), 64);
    Join out;
    out.room = get(from.room(), limits);
    out.participant = get(from.participant(), limits);
    if (limits.ok())
        for (const auto& other : from.other_participants()) out.others.push_back(get(other, limits));
    out.iceServers = readIceServers(from.ice_servers(), limits);
    out.server = get(from.server_info(), limits);
    if (out.server.version.empty()) out.server.version = from.server_version();
    out.subscriberPrimary = from.subscriber_primary();
    out.fastPublish = from.fast_publish();
    out.resumeDisabled = from.client_configuration().resume_connection() == livekit::DISABLED;
    out.pingIntervalS = from.ping_interval();
    out.pingTimeoutS = from.ping_timeout();
    out.alternativeUrl = from.alternative_url();
    out.sifTrailer = from.sif_trailer();
    for (const auto& codec : from.enabled_publish_codecs())
        out.enabledPublishCodecs.push_back({codec.mime(), codec.fmtp_line()});
    return out;
}

RequestResponse readRequestResponse(const livekit::RequestResponse& from, Limits& limits) {
    RequestResponse out;
    out.requestId = from.request_id();
    out.reason = wire::toEnum(from.reason(), RequestReason::invalidRequest);
    out.message = from.message();
    switch (from.request_case()) {
        case livekit::RequestResponse::kTrickle: out.echo = get(from.trickle(), limits); break;
        case livekit::RequestResponse::kAddTrack: out.echo = get(from.add_track(), limits); break;
        case livekit::RequestResponse::kMute:
            out.echo = MuteTrack{base::TrackSid(from.mute().sid()), from.mute().muted()};
            break;
        case livekit::RequestResponse::kUpdateMetadata: out.echo = get(from.update_metadata(), limits); break;
        case livekit::RequestResponse::kUpdateAudioTrack: out.echo = get(from.update_audio_track(), limits); break;
        case livekit::RequestResponse::REQUEST_NOT_SET: break;
    }
    return out;
}

SpeakersChanged readSpeakers(const livekit::SpeakersChanged& from, Limits& limits) {
    limits.count("speakers", from.speakers_size());
    SpeakersChanged out;
    for (const auto& speaker : from.speakers())
        out.speakers.push_back({base::ParticipantSid(speaker.sid()), speaker.level(), speaker.active()});
    return out;
}

ConnectionQualityUpdate readQuality(const livekit::ConnectionQualityUpdate& from, Limits& limits) {
    limits.count("updates", from.updates_size(), kMaxParticipants);
    ConnectionQualityUpdate out;
    for (const auto& update : from.updates())
        out.updates.push_back({base::ParticipantSid(update.participant_sid()),
                               wire::toEnum(update.quality(), ConnectionQuality::lost), update.score()});
    return out;
}

StreamStateUpdate readStreamStates(const livekit::StreamStateUpdate& from, Limits& limits) {
    limits.count("stream_states", from.stream_states_size());
    StreamStateUpdate out;
    for (const auto& state : from.stream_states())
        out.states.push_back(
            {base::ParticipantSid(state.participant_sid()), base::TrackSid(state.track_sid()), state.state() == 1});
    return out;
}

SignalResponse read(const livekit::SignalResponse& from, Limits& limits) {
    switch (from.message_case()) {
        case livekit::SignalResponse::kJoin: return readJoin(from.join(), limits);
        case livekit::SignalResponse::kAnswer: return Answer{get(from.answer(), limits)};
        case livekit::SignalResponse::kOffer: return Offer{get(from.offer(), limits)};
        case livekit::SignalResponse::kTrickle: return get(from.trickle(), limits);
        case livekit::SignalResponse::kUpdate: {
            limits.count("participants", from.update().participants_size(), kMaxParticipants);
            ParticipantUpdate out;
            if (limits.ok())
                for (const auto& participant : from.update().participants())
                    out.participants.push_back(get(participant, limits));
            return out;
        }
        case livekit::SignalResponse::kTrackPublished: return get(from.track_published(), limits);
        case livekit::SignalResponse::kLeave: return get(from.leave(), limits);
        case livekit::SignalResponse::kMute: return MuteTrack{base::TrackSid(from.mute().sid()), from.mute().muted()};
        case livekit::SignalResponse::kSpeakersChanged: return readSpeakers(from.speakers_changed(), limits);
        case livekit::SignalResponse::kRoomUpdate: return RoomUpdate{get(from.room_update().room(), limits)};
        case livekit::SignalResponse::kConnectionQuality: return readQuality(from.connection_quality(), limits);
        case livekit::SignalResponse::kStreamStateUpdate: return readStreamStates(from.stream_state_update(), limits);
        case livekit::SignalResponse::kSubscriptionPermissionUpdate: {
            const auto& update = from.subscription_permission_update();
            return SubscriptionPermissionUpdate{base::ParticipantSid(update.participant_sid()),
                                                base::TrackSid(update.track_sid()), update.allowed()};
        }
        case livekit::SignalResponse::kRefreshToken: return RefreshToken{from.refresh_token()};
        case livekit::SignalResponse::kTrackUnpublished:
            return TrackUnpublished{base::TrackSid(from.track_unpublished().track_sid())};
        case livekit::SignalResponse::kPong: return Pong{from.pong()};
        case livekit::SignalResponse::kReconnect: {
            Reconnect out;
            out.iceServers = readIceServers(from.reconnect().ice_servers(), limits);
            out.server = get(from.reconnect().server_info(), limits);
            out.resumeDisabled =
                from.reconnect().client_configuration().resume_connection() == livekit::DISABLED;
            out.lastMessageSequence = from.reconnect().last_message_seq();
            return out;
        }
        case livekit::SignalResponse::kPongResp:
            return PongResponse{from.pong_resp().last_ping_timestamp(), from.pong_resp().timestamp()};
        case livekit::SignalResponse::kSubscriptionResponse:
            return SubscriptionResponse{base::TrackSid(from.subscription_response().track_sid()),
                                        from.subscription_response().err()};
        case livekit::SignalResponse::kRequestResponse: return readRequestResponse(from.request_response(), limits);
        case livekit::SignalResponse::kTrackSubscribed:
            return TrackSubscribed{base::TrackSid(from.track_subscribed().track_sid())};
        case livekit::SignalResponse::kMediaSectionsRequirement:
            return MediaSectionsRequirement{from.media_sections_requirement().num_audios(),
                                            from.media_sections_requirement().num_videos()};
        case livekit::SignalResponse::MESSAGE_NOT_SET: break;
    }
    return Ignored{};
}

}  // namespace

base::Bytes encode(const SignalResponse& response) {
    livekit::SignalResponse message;
    std::visit(ResponseWriter{message}, response);
    base::Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

base::Bytes encodeParticipant(const ParticipantInfo& participant) {
    livekit::ParticipantInfo message;
    put(participant, message);
    base::Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

// Fields of a message may stand in any order, and those that repeat in several places (protobuf encoding, "Field order").
base::Bytes encodeJoin(const Join& join, std::span<const base::ByteView> people) {
    using google::protobuf::io::CodedOutputStream;
    constexpr std::uint8_t kJoin = 1 << 3 | 2, kOthers = livekit::JoinResponse::kOtherParticipantsFieldNumber << 3 | 2;
    livekit::SignalResponse message;
    ResponseWriter{message}(join);
    const auto own = message.join().ByteSizeLong();
    auto size = own;
    for (const auto& one : people) size += 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(one.size())) + one.size();
    base::Bytes out(1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(size)) + size);
    auto* at = reinterpret_cast<std::uint8_t*>(out.data());
    const auto begin = [&](std::uint8_t tag, std::size_t length) {
        *at++ = tag;
        at = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(length), at);
    };
    begin(kJoin, size);
    at = message.join().SerializeWithCachedSizesToArray(at);
    for (const auto& one : people) {
        begin(kOthers, one.size());
        at = std::copy_n(reinterpret_cast<const std::uint8_t*>(one.data()), one.size(), at);
    }
    return out;
}

base::Result<SignalResponse> decodeResponse(base::ByteView bytes, std::size_t maxBytes) {
    if (bytes.size() > std::min(maxBytes, kMaxMessageBytes))
        return base::fail(base::ErrorKind::invalidInput, "signal_too_large",
                          "The server sent a signalling message that is too large.", {},
                          std::to_string(bytes.size()) + " bytes");
    wire::quietProtobuf();
    livekit::SignalResponse message;
    google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                  static_cast<int>(bytes.size()));
    stream.SetRecursionLimit(kMaxRecursion);
    if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
        return base::fail(base::ErrorKind::invalidInput, "signal_malformed",
                          "The server sent a signalling message that could not be read.");
    Limits limits;
    auto response = read(message, limits);
    if (!limits.ok())
        return base::fail(base::ErrorKind::invalidInput, "signal_malformed",
                          "The server sent a signalling message that breaks a limit.", {}, limits.what());
    return response;
}

}  // namespace parlour::signal
