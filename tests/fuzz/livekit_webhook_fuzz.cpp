// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_server
// What a LiveKit server, or whoever passes for one, tells the house: webhooks and lists of people and rooms.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/clock.h"
#include "core/server/livekit_webhook.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace parlour;
    const std::string text(reinterpret_cast<const char*>(data), size);
    (void)server::readEvent(text);
    (void)server::readPeople(text);
    (void)server::readRooms(text);
    // The first line as the token, the rest as the body.
    static const base::SystemClock clock;
    server::LiveKitWebhook hooks(clock, {"APIfuzz", std::string(32, 'f')});
    net::HttpRequest request;
    request.headers["authorization"] = text.substr(0, text.find('\n'));
    request.body = text;
    (void)hooks.take(request);
    return 0;
}
