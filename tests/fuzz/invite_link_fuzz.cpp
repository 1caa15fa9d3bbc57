// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_signal
// What is read as a link writes itself back to the same link in both forms, and shows no secret in its short form.
#include <cstdlib>

#include "core/signal/invite_link.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto link = signal::InviteLink::parse(text)) {
        for (const auto& form : {link->str(), link->appLink()}) {
            const auto again = signal::InviteLink::parse(form);
            if (!again || !(*again == *link)) std::abort();
        }
        if (link->display().find('#') != std::string::npos) std::abort();
        if (!link->origin().secure && !link->origin().isLoopback()) std::abort();
    }
    if (const auto origin = signal::parseOrigin(text)) {
        const auto again = signal::parseOrigin(origin->str());
        if (!again || !(*again == *origin)) std::abort();
    }
    return 0;
}
