// SPDX-License-Identifier: Apache-2.0
// Which way leads to the server: one peer connection or two, its own address or one of its regions.
#include "core/net/http_client.h"
#include "core/room/session_impl.h"
#include "core/signal/join_request.h"
#include "core/signal/regions.h"

namespace parlour::room {
namespace {

constexpr base::Duration kJoinTimeout = std::chrono::seconds(15);
constexpr base::Duration kRegionsTime = std::chrono::seconds(3);
constexpr int kSdkCpp = 10;   // ClientInfo.SDK

}  // namespace

/// A join begins with one connection, also after one that had to fall back: the server may be a newer one now, and LiveKit's
/// own SDKs do the same. A resume goes on with what there is.
void RoomSession::Impl::connect(bool resume) {
    resuming = resume;
    if (!resume) {
        dropMedia();
        single = {};
        network.relays.clear();   // the server names its own
        // What hides the address has to be known before the first offer, and with one connection that goes with the join.
        single.on = config.signalling != Signalling::v0 && !config.relayOnly;
    }
    dial();
}

void RoomSession::Impl::dial() {
    dropSignal();
    ++attempt;
    retryTimer.cancel();
    network.retry.reset();
    SignalTarget target{way.url, entrance->pinFor(way.url), token, resuming ? sid.str() : std::string(), {}};
    if (single.on) {
        if (!resuming && !openSingle()) return;
        target.joinRequest = joinRequest();
    }
    signal = std::make_unique<SignalConnection>(
        loop, target, [this](signal::SignalResponse message) { handle(message); }, [this](SignalEnd end) { onSignalEnded(end); });
    joinTimer = loop.postAfter(kJoinTimeout, [this] {
        if (state.session == SessionState::joined || state.session == SessionState::left) return;
        lost(base::Error{base::ErrorKind::unreachable, "join_timeout", "The room did not let us in within 15 seconds.",
                         "Check the network; a firewall may block UDP.", {}},
             true);
    });
}

void RoomSession::Impl::fallBack() {
    dropMedia();
    single = {};
    dial();
}

std::string RoomSession::Impl::joinRequest() {
    signal::JoinRequest join;
    join.sdk = kSdkCpp;
    join.version = "0.1.0";
    join.autoSubscribe = true;
    join.reconnect = resuming;
    if (resuming) join.participant = sid;
    else join.offer = signal::SessionDescription{"offer", single.offer, offering.id, {}};
    return signal::encodeJoinRequest(join, true);
}

void RoomSession::Impl::retry(ReconnectKind kind) {
    if (kind == ReconnectKind::resume) return connect(true);
    // The address itself does not answer: where else the server is, it says at a place of its own.
    if (!way.asked && !way.worked && Regions::listedBy(way.home)) return askRegions([this] { rejoin(); });
    rejoin();
}

/// Where it worked last comes first.
void RoomSession::Impl::chooseUrl() {
    if (!std::exchange(way.worked, false)) way.url = way.regions.next(way.home);
}

void RoomSession::Impl::askRegions(std::function<void()> then) {
    way.asked = true;
    auto url = net::Url::parse(way.home);
    if (!url) return then();
    net::HttpCall call;
    call.url = url->withWebSocketScheme(false).at("/settings/regions");
    call.headers["authorization"] = "Bearer " + token;
    call.timeout = kRegionsTime;
    way.call = net::sendHttp(loop, std::move(call), [this, asked = attempt, then = std::move(then)](base::Result<net::HttpResponse> answer) {
        if (attempt != asked || leaving) return;
        if (answer && answer->status == 200)
            if (const auto list = signal::parseRegions(answer->body)) way.regions.set(*list, way.home);
        then();
    });
}

}  // namespace parlour::room
