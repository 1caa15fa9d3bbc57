// SPDX-License-Identifier: Apache-2.0
// One DTLS 1.2 association (RFC 6347) that negotiates SRTP keys (RFC 5764) and then carries SCTP packets (RFC 8261).
// Datagrams and time are handed in; retransmission runs on the injected time. Thread: the transport's owner.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/base/byte_io.h"
#include "core/base/time.h"
#include "core/rtc/srtp_session.h"
#include "core/rtc/transport.h"

namespace parlour::rtc {

inline constexpr std::size_t kDtlsMtu = 1200;                         ///< of a datagram we send, IP headers included
inline constexpr std::size_t kDtlsMaxSend = 2048;                     ///< of one record of data; SCTP stays below 1200
inline constexpr base::Duration kDtlsFirstRetransmit{200'000};        ///< doubling
inline constexpr base::Duration kDtlsMaxRetransmit{3'000'000};
inline constexpr base::Duration kDtlsHandshakeLimit{30'000'000};

enum class DtlsState { handshaking, connected, closed, failed };

struct DtlsKeys {
    SrtpProfile profile = SrtpProfile::aeadAes128Gcm;
    SrtpMaster local;
    SrtpMaster remote;
};

class DtlsSession {
  public:
    /// `remoteFingerprint` is compared before any key is used; a wrong one ends in failed (security T9).
    DtlsSession(std::shared_ptr<const Certificate> certificate, DtlsRole role, Fingerprint remoteFingerprint);
    ~DtlsSession();
    DtlsSession(DtlsSession&&) noexcept;
    DtlsSession& operator=(DtlsSession&&) noexcept;

    /// The client's first flight; a server only begins to count its time.
    void start(base::TimePoint now);
    void handleDatagram(base::TimePoint now, base::ByteView datagram);
    void handleTimeout(base::TimePoint now);
    base::TimePoint nextTimeout() const;
    std::optional<base::Bytes> pollDatagram();
    /// Application data, one record each.
    std::optional<base::Bytes> pollData();
    /// False when not connected, empty or longer than kDtlsMaxSend.
    bool send(base::ByteView data);
    /// Queues close_notify.
    void close();

    DtlsState state() const;
    const std::string& failure() const;             ///< for people, when failed
    const std::optional<DtlsKeys>& keys() const;    ///< when connected

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::rtc
