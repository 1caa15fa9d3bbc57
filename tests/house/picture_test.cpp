// SPDX-License-Identifier: Apache-2.0
// Pictures of people: three formats in, one small JPEG out, and no bomb.
#include "core/house/picture.h"

#include <fstream>
#include <iterator>

#include "core/api/people_types.h"
#include "tests/support/catch.h"

using namespace parlour;

namespace {

base::Bytes file(const std::string& name) {
    std::ifstream in(std::string(PARLOUR_SOURCE_DIR) + "/tests/fuzz/corpus/picture/" + name, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    REQUIRE_FALSE(text.empty());
    return base::toBytes(base::asBytes(text));
}
std::string codeOf(base::ByteView bytes) {
    const auto made = house::normalizedPicture(bytes);
    return made ? "" : made.error().code;
}

}  // namespace

TEST_CASE("PNG, JPEG and WebP become a small square JPEG without a byte of the original", "[picture]") {
    for (const char* name : {"halves.png", "halves.jpg", "halves.webp"}) {
        INFO(name);
        const auto made = house::normalizedPicture(file(name));
        REQUIRE(made);
        const auto text = base::asText(*made);
        CHECK(text.starts_with("\xff\xd8\xff"));
        CHECK(made->size() < 4000);
        // The frame header: height and width, both the short side of the original.
        const auto frame = text.find("\xff\xc0");
        REQUIRE(frame != std::string_view::npos);
        base::ByteReader reader(base::ByteView(*made).subspan(frame + 5));
        CHECK(reader.u16() == 20);
        CHECK(reader.u16() == 20);
    }
    CHECK(house::normalizedPicture(file("clear.png")));
}

TEST_CASE("T30: bombs, other kinds and broken files are refused with their own words", "[picture][T30]") {
    CHECK(codeOf(file("bomb.png")) == "picture_large");
    CHECK(codeOf(file("4096.png")).empty());
    CHECK(codeOf(file("4097.png")) == "picture_large");
    CHECK(codeOf(base::asBytes("<svg xmlns='http://www.w3.org/2000/svg'/>")) == "picture_kind");
    CHECK(codeOf(base::asBytes("GIF89a......")) == "picture_kind");
    CHECK(codeOf({}) == "picture_kind");
    auto cut = file("halves.png");
    cut.resize(cut.size() / 2);
    CHECK(codeOf(cut) == "picture_damaged");
    auto padded = file("halves.jpg");
    padded.resize(api::kMaxPictureBytes);
    CHECK(codeOf(padded).empty());
    padded.resize(api::kMaxPictureBytes + 1);
    CHECK(codeOf(padded) == "picture_large");
}
