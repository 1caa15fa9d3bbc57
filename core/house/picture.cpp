// SPDX-License-Identifier: Apache-2.0
#include "core/house/picture.h"

#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/api/people_types.h"

namespace parlour::house {

namespace {

using base::ErrorKind;

constexpr int kQuality = 88;

/// 8 bits each of red, green, blue; rows without gaps.
struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;
};

base::Unexpected<base::Error> bad(const char* code, const char* message, const char* advice) {
    return base::fail(ErrorKind::invalidInput, code, message, advice);
}
base::Unexpected<base::Error> damaged() {
    return bad("picture_damaged", "The picture cannot be read.", "Open it in another program, save it anew and try again.");
}
base::Unexpected<base::Error> tooLarge() {
    return bad("picture_large", "The picture is too large.", "Use one of at most 1 MB and 4096 pixels a side.");
}

bool sizeFits(std::int64_t width, std::int64_t height) {
    return width >= 1 && height >= 1 && width <= kMaxPictureSide && height <= kMaxPictureSide;
}
Image blank(int width, int height) {
    Image image{width, height, {}};
    image.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    return image;
}

base::Result<Image> fromPng(base::ByteView file) {
    // PNG section 11.2.2: width and height, before the library looks at anything.
    base::ByteReader header(file);
    header.skip(16);
    const std::int64_t width = header.u32(), height = header.u32();
    if (header.ok() && !sizeFits(width, height)) return tooLarge();
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    struct Free {
        png_image* image;
        ~Free() { png_image_free(image); }
    } free{&png};
    if (png_image_begin_read_from_memory(&png, file.data(), file.size()) == 0) return damaged();
    png.format = PNG_FORMAT_RGB;
    const png_color white{255, 255, 255};   // behind what is transparent
    Image image = blank(static_cast<int>(png.width), static_cast<int>(png.height));
    if (png_image_finish_read(&png, &white, image.rgb.data(), 0, nullptr) == 0) return damaged();
    return image;
}

base::Result<Image> fromJpeg(base::ByteView file) {
    const std::unique_ptr<void, int (*)(tjhandle)> jpeg(tjInitDecompress(), tjDestroy);
    const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
    int width = 0, height = 0, sampling = 0, space = 0;
    if (!jpeg || tjDecompressHeader3(jpeg.get(), bytes, file.size(), &width, &height, &sampling, &space) != 0) return damaged();
    if (!sizeFits(width, height)) return tooLarge();
    Image image = blank(width, height);
    // A picture cut short is drawn as far as it goes; TJFLAG_STOPONWARNING would refuse what every viewer shows.
    if (tjDecompress2(jpeg.get(), bytes, file.size(), image.rgb.data(), width, 0, height, TJPF_RGB, TJFLAG_LIMITSCANS) != 0 &&
        tjGetErrorCode(jpeg.get()) == TJERR_FATAL)
        return damaged();
    return image;
}

base::Result<Image> fromWebp(base::ByteView file) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(bytes, file.size(), &features) != VP8_STATUS_OK) return damaged();
    if (features.has_animation) return bad("picture_kind", "Moving pictures are not taken.", "Use a still PNG, JPEG or WebP.");
    if (!sizeFits(features.width, features.height)) return tooLarge();
    Image image = blank(features.width, features.height);
    if (!WebPDecodeRGBInto(bytes, file.size(), image.rgb.data(), image.rgb.size(), features.width * 3)) return damaged();
    return image;
}

/// The middle square, scaled down by averaging every pixel that falls into a new one.
Image squared(const Image& in) {
    const int side = std::min(in.width, in.height);
    const int left = (in.width - side) / 2, top = (in.height - side) / 2;
    const int out = std::min(side, kPictureSide);
    Image image = blank(out, out);
    for (int y = 0; y < out; ++y) {
        const int y0 = static_cast<int>(static_cast<std::int64_t>(y) * side / out);
        const int y1 = std::max(y0 + 1, static_cast<int>(static_cast<std::int64_t>(y + 1) * side / out));
        for (int x = 0; x < out; ++x) {
            const int x0 = static_cast<int>(static_cast<std::int64_t>(x) * side / out);
            const int x1 = std::max(x0 + 1, static_cast<int>(static_cast<std::int64_t>(x + 1) * side / out));
            std::uint32_t sum[3] = {0, 0, 0};
            for (int v = y0; v < y1; ++v)
                for (int u = x0; u < x1; ++u) {
                    const auto at = (static_cast<std::size_t>(top + v) * static_cast<std::size_t>(in.width) + static_cast<std::size_t>(left + u)) * 3;
                    for (std::size_t c = 0; c < 3; ++c) sum[c] += in.rgb[at + c];
                }
            const auto count = static_cast<std::uint32_t>((y1 - y0) * (x1 - x0));
            const auto to = (static_cast<std::size_t>(y) * static_cast<std::size_t>(out) + static_cast<std::size_t>(x)) * 3;
            for (std::size_t c = 0; c < 3; ++c) image.rgb[to + c] = static_cast<std::uint8_t>((sum[c] + count / 2) / count);
        }
    }
    return image;
}

base::Result<base::Bytes> toJpeg(const Image& image) {
    const std::unique_ptr<void, int (*)(tjhandle)> jpeg(tjInitCompress(), tjDestroy);
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    const int failed = !jpeg || tjCompress2(jpeg.get(), image.rgb.data(), image.width, 0, image.height, TJPF_RGB, &bytes, &size,
                                            TJSAMP_420, kQuality, TJFLAG_ACCURATEDCT) != 0;
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(bytes, tjFree);
    if (failed) return base::fail(ErrorKind::unavailable, "picture_failed", "The picture could not be kept.", "Try again.");
    const auto* begin = reinterpret_cast<const std::byte*>(bytes);
    return base::Bytes(begin, begin + size);
}

bool startsWith(base::ByteView file, std::string_view magic, std::size_t at = 0) {
    return file.size() >= at + magic.size() && base::asText(file.subspan(at, magic.size())) == magic;
}

}  // namespace

base::Result<base::Bytes> normalizedPicture(base::ByteView file) {
    if (file.size() > api::kMaxPictureBytes) return tooLarge();
    base::Result<Image> image = bad("picture_kind", "This is no PNG, JPEG or WebP.", "Choose another picture.");
    if (startsWith(file, "\x89PNG\r\n\x1a\n"))
        image = fromPng(file);
    else if (startsWith(file, "\xff\xd8\xff"))
        image = fromJpeg(file);
    else if (startsWith(file, "RIFF") && startsWith(file, "WEBP", 8))
        image = fromWebp(file);
    if (!image) return base::Unexpected<base::Error>(std::move(image).error());
    return toJpeg(squared(*image));
}

}  // namespace parlour::house
