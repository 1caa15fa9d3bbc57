// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_net
// What parses must write itself back to the same value, and must not name a host of another form.
#include <cstdlib>

#include "core/net/url.h"

using namespace parlour::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto url = Url::parse(text)) {
        const auto again = Url::parse(url->toString());
        if (!again || !(*again == *url) || !isHostText(url->host) || url->port == 0) std::abort();
        (void)url->withWebSocketScheme(true).isLoopback();
    }
    if (const auto query = parseQuery(text)) {
        const auto again = parseQuery(formatQuery(*query));
        // An empty name alone is written as nothing between two '&'.
        if (!again || again->size() > query->size()) std::abort();
    }
    if (const auto decoded = percentDecode(text)) {
        if (percentDecode(percentEncode(*decoded)) != decoded) std::abort();
    }
    return 0;
}
