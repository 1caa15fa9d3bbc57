// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/rtcp_packet.h"

#include <algorithm>

namespace parlour::rtc {
namespace {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kSourceDescription = 202;
constexpr std::uint8_t kGoodbye = 203;
constexpr std::uint8_t kTransportFeedback = 205;
constexpr std::uint8_t kGenericNack = 1;
constexpr std::uint8_t kCname = 1;
constexpr std::size_t kMaxBlocks = 31;

ReportBlock readBlock(base::ByteReader& reader) {
    ReportBlock block;
    block.ssrc = reader.u32();
    block.fractionLost = reader.u8();
    const auto lost = reader.u24();
    block.cumulativeLost = (lost & 0x800000u) != 0 ? static_cast<std::int32_t>(lost) - 0x1000000
                                                   : static_cast<std::int32_t>(lost);
    block.highestSequence = reader.u32();
    block.jitter = reader.u32();
    block.lastSenderReport = reader.u32();
    block.delaySinceReport = reader.u32();
    return block;
}

bool readReports(base::ByteView body, std::size_t count, bool sender, std::vector<RtcpPacket>& out) {
    base::ByteReader reader(body);
    if (sender) {
        SenderReport report;
        report.ssrc = reader.u32();
        report.ntp = reader.u64();
        report.rtpTimestamp = reader.u32();
        report.packetCount = reader.u32();
        report.octetCount = reader.u32();
        for (std::size_t i = 0; i < count && reader.ok(); ++i) report.blocks.push_back(readBlock(reader));
        out.emplace_back(std::move(report));
    } else {
        ReceiverReport report;
        report.ssrc = reader.u32();
        for (std::size_t i = 0; i < count && reader.ok(); ++i) report.blocks.push_back(readBlock(reader));
        out.emplace_back(std::move(report));
    }
    return reader.ok();
}

bool readDescriptions(base::ByteView body, std::size_t count, std::vector<RtcpPacket>& out) {
    base::ByteReader reader(body);
    for (std::size_t i = 0; i < count; ++i) {
        SourceDescription chunk;
        chunk.ssrc = reader.u32();
        while (true) {
            const auto type = reader.u8();
            if (!reader.ok()) return false;
            if (type == 0) break;
            const std::size_t length = reader.u8();
            const auto text = reader.bytes(length);
            if (!reader.ok()) return false;
            if (type == kCname) chunk.cname = std::string(base::asText(text));
        }
        while (reader.ok() && reader.position() % 4 != 0) reader.skip(1);
        if (!reader.ok()) return false;
        out.emplace_back(std::move(chunk));
    }
    return reader.ok();
}

bool readGoodbye(base::ByteView body, std::size_t count, std::vector<RtcpPacket>& out) {
    base::ByteReader reader(body);
    Goodbye bye;
    for (std::size_t i = 0; i < count && reader.ok(); ++i) bye.ssrcs.push_back(reader.u32());
    out.emplace_back(std::move(bye));
    return reader.ok();
}

bool readNack(base::ByteView body, std::vector<RtcpPacket>& out) {
    base::ByteReader reader(body);
    Nack nack;
    nack.senderSsrc = reader.u32();
    nack.mediaSsrc = reader.u32();
    if (!reader.ok()) return false;
    while (reader.remaining() >= 4) {
        const auto first = reader.u16();
        const auto mask = reader.u16();
        if (nack.sequences.size() >= kMaxNacked) continue;
        nack.sequences.push_back(first);
        for (unsigned bit = 0; bit < 16 && nack.sequences.size() < kMaxNacked; ++bit)
            if ((mask >> bit & 1u) != 0) nack.sequences.push_back(static_cast<std::uint16_t>(first + bit + 1));
    }
    out.emplace_back(std::move(nack));
    return true;
}

void writeHead(base::ByteWriter& out, std::size_t count, std::uint8_t type) {
    out.u8(static_cast<std::uint8_t>(0x80 | (count & 0x1f)));
    out.u8(type);
    out.u16(0);  // length, patched by finish()
}

void finish(base::ByteWriter& out, std::size_t start) {
    out.patchU16(start + 2, static_cast<std::uint16_t>((out.size() - start) / 4 - 1));
}

void writeBlock(base::ByteWriter& out, const ReportBlock& block) {
    out.u32(block.ssrc);
    out.u8(block.fractionLost);
    out.u24(static_cast<std::uint32_t>(std::clamp(block.cumulativeLost, -0x800000, 0x7fffff)) & 0xffffffu);
    out.u32(block.highestSequence);
    out.u32(block.jitter);
    out.u32(block.lastSenderReport);
    out.u32(block.delaySinceReport);
}

void writeBlocks(base::ByteWriter& out, const std::vector<ReportBlock>& blocks) {
    for (std::size_t i = 0; i < std::min(blocks.size(), kMaxBlocks); ++i) writeBlock(out, blocks[i]);
}

}  // namespace

std::optional<std::vector<RtcpPacket>> parseRtcp(base::ByteView compound) {
    std::vector<RtcpPacket> out;
    if (compound.size() < 4) return std::nullopt;
    while (!compound.empty()) {
        base::ByteReader reader(compound);
        const auto first = reader.u8();
        const auto type = reader.u8();
        const std::size_t length = (static_cast<std::size_t>(reader.u16()) + 1) * 4;
        if (!reader.ok() || (first >> 6) != 2 || length > compound.size()) return std::nullopt;
        auto body = compound.subspan(4, length - 4);
        if ((first & 0x20) != 0) {
            if (body.empty()) return std::nullopt;
            const auto pad = std::to_integer<std::size_t>(body.back());
            if (pad == 0 || pad > body.size()) return std::nullopt;
            body = body.first(body.size() - pad);
        }
        const std::size_t count = first & 0x1f;
        bool ok = true;
        if (type == kSenderReport || type == kReceiverReport)
            ok = readReports(body, count, type == kSenderReport, out);
        else if (type == kSourceDescription)
            ok = readDescriptions(body, count, out);
        else if (type == kGoodbye)
            ok = readGoodbye(body, count, out);
        else if (type == kTransportFeedback && count == kGenericNack)
            ok = readNack(body, out);
        if (!ok) return std::nullopt;
        compound = compound.subspan(length);
    }
    return out;
}

void writeRtcp(base::ByteWriter& out, const SenderReport& report) {
    const auto start = out.size();
    writeHead(out, std::min(report.blocks.size(), kMaxBlocks), kSenderReport);
    out.u32(report.ssrc);
    out.u64(report.ntp);
    out.u32(report.rtpTimestamp);
    out.u32(report.packetCount);
    out.u32(report.octetCount);
    writeBlocks(out, report.blocks);
    finish(out, start);
}

void writeRtcp(base::ByteWriter& out, const ReceiverReport& report) {
    const auto start = out.size();
    writeHead(out, std::min(report.blocks.size(), kMaxBlocks), kReceiverReport);
    out.u32(report.ssrc);
    writeBlocks(out, report.blocks);
    finish(out, start);
}

void writeRtcp(base::ByteWriter& out, const SourceDescription& description) {
    const auto start = out.size();
    writeHead(out, 1, kSourceDescription);
    out.u32(description.ssrc);
    const auto cname = std::string_view(description.cname).substr(0, 255);
    out.u8(kCname);
    out.u8(static_cast<std::uint8_t>(cname.size()));
    out.text(cname);
    out.u8(0);
    while ((out.size() - start) % 4 != 0) out.u8(0);
    finish(out, start);
}

void writeRtcp(base::ByteWriter& out, const Goodbye& bye) {
    const auto start = out.size();
    const auto count = std::min(bye.ssrcs.size(), kMaxBlocks);
    writeHead(out, count, kGoodbye);
    for (std::size_t i = 0; i < count; ++i) out.u32(bye.ssrcs[i]);
    finish(out, start);
}

void writeRtcp(base::ByteWriter& out, const Nack& nack) {
    const auto start = out.size();
    writeHead(out, kGenericNack, kTransportFeedback);
    out.u32(nack.senderSsrc);
    out.u32(nack.mediaSsrc);
    std::size_t i = 0;
    while (i < nack.sequences.size()) {
        const auto first = nack.sequences[i++];
        std::uint16_t mask = 0;
        while (i < nack.sequences.size()) {
            const auto distance = static_cast<std::uint16_t>(nack.sequences[i] - first);
            if (distance == 0 || distance > 16) break;
            mask = static_cast<std::uint16_t>(mask | (1u << (distance - 1)));
            ++i;
        }
        out.u16(first);
        out.u16(mask);
    }
    finish(out, start);
}

}  // namespace parlour::rtc
