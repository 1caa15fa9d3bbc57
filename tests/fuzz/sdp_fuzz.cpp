// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any text as a session description: at the parser, at a fresh server as an offer, and back through the writer.
#include <cstdlib>

#include "core/rtc/certificate.h"
#include "core/rtc/peer_connection.h"
#include "core/rtc/session_description.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto session = rtc::parseSessionDescription(text);
    if (!session) return 0;
    if (session->media.size() > 64 || session->bundle.size() > 64) std::abort();
    const auto written = rtc::toString(*session);
    if (written.find('\0') != std::string::npos) std::abort();
    // Writing may grow the text over the limit (session-level attributes are repeated), but never makes it unreadable.
    const auto again = rtc::parseSessionDescription(written);
    if (!again && again.error().code != "sdp_too_large") std::abort();
    if (again && again->media.size() != session->media.size()) std::abort();

    static const auto certificate = rtc::Certificate::generate();
    const base::TimePoint now{base::Duration(1'000'000)};
    rtc::PeerConnectionConfig config;
    config.transport.iceMode = rtc::IceMode::lite;
    config.transport.certificate = certificate;
    config.rawRtp = true;
    config.randomSeed = 7;
    rtc::PeerConnection server(std::move(config));
    const auto answer = server.acceptOffer(text, now);
    if (!answer) return 0;
    const auto parsed = rtc::parseSessionDescription(*answer);
    if (!parsed && parsed.error().code != "sdp_too_large") std::abort();
    if (parsed && parsed->media.size() != session->media.size()) std::abort();
    (void)server.acceptOffer(text, now);
    server.close(now);
    return 0;
}
