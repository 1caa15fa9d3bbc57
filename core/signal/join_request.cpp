// SPDX-License-Identifier: Apache-2.0
#include "core/signal/join_request.h"

#include <google/protobuf/io/coded_stream.h>
#include <zlib.h>

#include "core/signal/codec_parts.h"
#include "livekit.pb.h"

namespace parlour::signal {
namespace {

using wire::get;
using wire::Limits;
using wire::put;

constexpr std::size_t kMaxAddTracks = 8;
constexpr int kGzipWindow = MAX_WBITS + 16;   // the gzip wrapper, nothing else

template <class M>
bool parse(base::ByteView bytes, M& message) {
    wire::quietProtobuf();
    google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
    in.SetRecursionLimit(kMaxRecursion);
    return message.ParseFromCodedStream(&in) && in.ConsumedEntireMessage();
}

base::Unexpected<base::Error> malformed(std::string detail) {
    return base::fail(base::ErrorKind::invalidInput, "join_malformed", "The join request could not be read.", {}, std::move(detail));
}
base::Unexpected<base::Error> tooLarge() {
    return base::fail(base::ErrorKind::invalidInput, "join_too_large", "The join request is too large.");
}

/// What a whole message of ours would be, by the codec that knows how to read it.
std::optional<SyncState> readSyncState(const livekit::SyncState& from) {
    livekit::SignalRequest carrier;
    *carrier.mutable_sync_state() = from;
    const auto bytes = carrier.SerializeAsString();
    auto request = decodeRequest(base::asBytes(bytes));
    if (!request) return std::nullopt;
    auto* state = std::get_if<SyncState>(&*request);
    return state != nullptr ? std::optional(std::move(*state)) : std::nullopt;
}

}  // namespace

std::optional<base::Bytes> gunzip(base::ByteView packed, std::size_t most) {
    z_stream stream{};
    if (inflateInit2(&stream, kGzipWindow) != Z_OK) return std::nullopt;
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));   // zlib does not write there
    stream.avail_in = static_cast<uInt>(packed.size());
    base::Bytes out;
    int state = Z_OK;
    while (state == Z_OK && out.size() <= most) {
        const auto have = out.size();
        out.resize(std::min(most + 1, have + 16 * 1024));
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + have);
        stream.avail_out = static_cast<uInt>(out.size() - have);
        state = inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
        if (state == Z_OK && out.size() == have && stream.avail_in == 0) break;   // cut short
    }
    const bool whole = state == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    if (!whole || out.size() > most) return std::nullopt;
    return out;
}

base::Bytes gzip(base::ByteView bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    base::Bytes out(deflateBound(&stream, static_cast<uLong>(bytes.size())) + 32);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int state = deflate(&stream, Z_FINISH);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return state == Z_STREAM_END ? out : base::Bytes{};
}

base::Result<JoinRequest> decodeJoinRequest(std::string_view parameter) {
    if (parameter.size() > kMaxJoinParameter) return tooLarge();
    while (parameter.ends_with('=')) parameter.remove_suffix(1);
    const auto bytes = base::fromBase64Url(parameter);
    if (!bytes) return malformed("not base64url");
    livekit::WrappedJoinRequest wrapped;
    if (!parse(*bytes, wrapped)) return malformed("wrapper");
    auto inside = base::toBytes(base::asBytes(wrapped.join_request()));
    if (wrapped.compression() == livekit::WrappedJoinRequest::GZIP) {
        auto plain = gunzip(inside, kMaxJoinRequest);
        if (!plain) return malformed("gzip, or more than 256 KiB in it");
        inside = std::move(*plain);
    } else if (wrapped.compression() != livekit::WrappedJoinRequest::NONE) {
        return malformed("compression");
    }
    livekit::JoinRequest message;
    if (!parse(inside, message)) return malformed("inside");
    Limits limits;
    JoinRequest out;
    if (message.client_info().protocol() > 0) out.protocol = message.client_info().protocol();
    out.clientProtocol = message.client_info().client_protocol();
    out.sdk = message.client_info().sdk();
    out.version = message.client_info().version();
    out.autoSubscribe = message.connection_settings().auto_subscribe();
    out.reconnect = message.reconnect();
    out.participant = base::ParticipantSid(message.participant_sid());
    limits.count("add_track_requests", message.add_track_requests_size(), kMaxAddTracks);
    for (int i = 0; limits.ok() && i < message.add_track_requests_size(); ++i)
        out.addTracks.push_back(get(message.add_track_requests(i), limits));
    if (message.has_publisher_offer()) out.offer = get(message.publisher_offer(), limits);
    if (message.has_sync_state()) {
        out.syncState = readSyncState(message.sync_state());
        if (!out.syncState) limits.fail("sync_state");
    }
    if (!limits.ok()) return malformed(limits.what());
    return out;
}

std::string encodeJoinRequest(const JoinRequest& request, bool packed) {
    livekit::JoinRequest message;
    message.mutable_client_info()->set_sdk(request.sdk);
    message.mutable_client_info()->set_version(request.version);
    message.mutable_client_info()->set_protocol(request.protocol);
    message.mutable_client_info()->set_client_protocol(request.clientProtocol);
    message.mutable_connection_settings()->set_auto_subscribe(request.autoSubscribe);
    message.set_reconnect(request.reconnect);
    message.set_participant_sid(request.participant.str());
    for (const auto& track : request.addTracks) put(track, *message.add_add_track_requests());
    if (request.offer) put(*request.offer, *message.mutable_publisher_offer());
    if (request.syncState) {
        livekit::SignalRequest carrier;
        const auto bytes = encode(SignalRequest(*request.syncState));
        if (parse(bytes, carrier)) *message.mutable_sync_state() = carrier.sync_state();
    }
    livekit::WrappedJoinRequest wrapped;
    auto inside = message.SerializeAsString();
    if (packed) {
        const auto smaller = gzip(base::asBytes(inside));
        inside.assign(base::asText(smaller));
        wrapped.set_compression(livekit::WrappedJoinRequest::GZIP);
    }
    wrapped.set_join_request(inside);
    const auto bytes = wrapped.SerializeAsString();
    return base::toBase64Url(base::asBytes(bytes), true);
}

}  // namespace parlour::signal
