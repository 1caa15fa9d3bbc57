// SPDX-License-Identifier: Apache-2.0
// OpenSSL knows only the system's time for its retransmission timer. We run our own on the injected time and, when it
// is due, move OpenSSL's deadline into the past: up to 3.1 it hands its timeval to the BIO
// (BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT). From 3.2 on it hands a copy; there its own clock has to agree with ours, which
// it does outside tests.
#include "core/rtc/dtls_session.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <new>

#ifdef _WIN32
#include <winsock2.h>
#else
#include <sys/time.h>
#endif

#include "core/base/fifo.h"
#include "core/rtc/certificate.h"
#include "core/rtc/certificate_native.h"

namespace parlour::rtc {

namespace {

constexpr std::size_t kMaxQueue = 64;                       // datagrams or records nobody fetched
constexpr std::size_t kMaxRecord = 16384;                   // RFC 6347 section 4.1
constexpr unsigned kNoSystemTimer = 3'600'000'000u;         // microseconds
constexpr base::Duration kLateTimer{10'000};                // OpenSSL's clock lags ours: ask again
constexpr std::size_t kKeySize = 16;

bool deadlineIsShared() { return OpenSSL_version_num() < 0x30200000ul; }

bool sameFingerprint(std::string_view a, std::string_view b) {
    const auto upper = [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; };
    return !a.empty() && a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return upper(x) == upper(y); });
}

std::string opensslReason() {
    const auto code = ERR_peek_last_error();
    const char* text = code ? ERR_reason_error_string(code) : nullptr;
    return text ? text : "no reason given";
}

/// What OpenSSL's certificate callback needs to know; its address is the SSL's app data.
struct PeerCheck {
    Fingerprint remoteFingerprint;
    bool refused = false;

    bool accept(const X509* peer) {
        refused = !peer || !sameFingerprint(certificateFingerprint(peer), remoteFingerprint.sha256);
        return !refused;
    }
};

}  // namespace

int verifyDtlsPeer(X509_STORE_CTX* store, void*) {
    // Self-signed on purpose: the fingerprint of the signalled description is all that counts (RFC 8827 section 6.5).
    auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (static_cast<PeerCheck*>(SSL_get_app_data(ssl))->accept(X509_STORE_CTX_get0_cert(store))) return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

struct DtlsSession::Impl : PeerCheck {
    std::shared_ptr<const Certificate> certificate;
    DtlsRole role = DtlsRole::client;
    SSL* ssl = nullptr;
    base::ByteView incoming;           // the datagram being handled, empty once OpenSSL took it
    base::Fifo<base::Bytes> out;
    base::Fifo<base::Bytes> data;
    DtlsState state = DtlsState::handshaking;
    std::string failure;
    std::optional<DtlsKeys> keys;
    bool started = false;
    base::TimePoint giveUp = base::kNever;
    base::TimePoint deadline = base::kNever;
    base::Duration rto = kDtlsFirstRetransmit;
    bool newFlight = false;
    timeval* systemDeadline = nullptr;  // inside OpenSSL, lives as long as ssl

    ~Impl() { SSL_free(ssl); }

    void open();
    void advance(base::TimePoint now);
    void armTimer(base::TimePoint now);
    void finishHandshake();
    void readRecords();
    void fail(std::string reason);

    /// While one lives OpenSSL has room for records. It would keep these 18 kB for as long as the session; between two records of a
    /// quiet one nobody needs them. (SSL_MODE_RELEASE_BUFFERS does nothing with DTLS.)
    class Buffers {
      public:
        explicit Buffers(Impl& impl) : m_impl(impl) {
            if (impl.state == DtlsState::connected && SSL_alloc_buffers(impl.ssl) != 1) throw std::bad_alloc();
        }
        ~Buffers() {
            if (m_impl.state == DtlsState::connected) SSL_free_buffers(m_impl.ssl);
        }
        Buffers(const Buffers&) = delete;
        Buffers& operator=(const Buffers&) = delete;

      private:
        Impl& m_impl;
    };

    // OpenSSL calls these.
    static Impl* of(BIO* bio) { return static_cast<Impl*>(BIO_get_data(bio)); }
    static int bioWrite(BIO* bio, const char* bytes, int size);
    static int bioRead(BIO* bio, char* bytes, int size);
    static long bioControl(BIO* bio, int command, long number, void* pointer);
    static BIO_METHOD* bioMethod();
    static unsigned timerDuration(SSL* ssl, unsigned previous);
};

int DtlsSession::Impl::bioWrite(BIO* bio, const char* bytes, int size) {
    auto& self = *of(bio);
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    if (self.out.size() >= kMaxQueue) self.out.pop_front();
    self.out.push_back(base::toBytes(base::asBytes({bytes, static_cast<std::size_t>(size)})));
    return size;
}

int DtlsSession::Impl::bioRead(BIO* bio, char* bytes, int size) {
    auto& self = *of(bio);
    BIO_clear_retry_flags(bio);
    if (self.incoming.empty()) {
        BIO_set_retry_read(bio);
        return -1;
    }
    // A datagram longer than the buffer loses its end, as with a socket.
    const auto n = std::min(static_cast<std::size_t>(std::max(size, 0)), self.incoming.size());
    std::copy_n(self.incoming.begin(), n, reinterpret_cast<std::byte*>(bytes));
    self.incoming = {};
    return static_cast<int>(n);
}

long DtlsSession::Impl::bioControl(BIO* bio, int command, long, void* pointer) {
    switch (command) {
        case BIO_CTRL_FLUSH: return 1;
        case BIO_CTRL_DGRAM_QUERY_MTU:
        case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        case BIO_CTRL_DGRAM_GET_MTU: return static_cast<long>(kDtlsMtu);
        case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD: return 48;  // IPv6 and UDP
        case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
            of(bio)->systemDeadline = static_cast<timeval*>(pointer);
            return 1;
        default: return 0;
    }
}

BIO_METHOD* DtlsSession::Impl::bioMethod() {
    // Immutable once made; C++ makes it once, on whichever thread comes first.
    static BIO_METHOD* const kMethod = [] {
        auto* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagram");
        BIO_meth_set_write(m, &Impl::bioWrite);
        BIO_meth_set_read(m, &Impl::bioRead);
        BIO_meth_set_ctrl(m, &Impl::bioControl);
        BIO_meth_set_create(m, [](BIO* bio) {
            BIO_set_init(bio, 1);
            return 1;
        });
        return m;
    }();
    return kMethod;
}

unsigned DtlsSession::Impl::timerDuration(SSL* ssl, unsigned previous) {
    auto& self = static_cast<Impl&>(*static_cast<PeerCheck*>(SSL_get_app_data(ssl)));
    if (previous == 0) self.newFlight = true;
    if (deadlineIsShared()) return kNoSystemTimer;
    const auto next = previous == 0 ? kDtlsFirstRetransmit
                                    : std::min<base::Duration>(2 * base::Duration(previous), kDtlsMaxRetransmit);
    return static_cast<unsigned>(next.count());
}

void DtlsSession::Impl::open() {
    ssl = SSL_new(certificate->native().context);
    BIO* bio = ssl ? BIO_new(bioMethod()) : nullptr;
    if (!bio) {
        fail("The encrypted connection could not be set up: out of memory.");
        return;
    }
    BIO_set_data(bio, this);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_app_data(ssl, static_cast<PeerCheck*>(this));
    // Without the second flag a browser sends no certificate.
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    DTLS_set_link_mtu(ssl, static_cast<long>(kDtlsMtu));
    DTLS_set_timer_cb(ssl, &Impl::timerDuration);
    if (role == DtlsRole::client)
        SSL_set_connect_state(ssl);
    else
        SSL_set_accept_state(ssl);
}

void DtlsSession::Impl::fail(std::string reason) {
    state = DtlsState::failed;
    failure = std::move(reason);
    deadline = giveUp = base::kNever;
    keys.reset();
    data.clear();
}

void DtlsSession::Impl::advance(base::TimePoint now) {
    if (state == DtlsState::closed || state == DtlsState::failed || !ssl) return;
    ERR_clear_error();
    const Buffers buffers(*this);
    if (state == DtlsState::handshaking) {
        const int result = SSL_do_handshake(ssl);
        if (result == 1) {
            finishHandshake();
        } else if (const int error = SSL_get_error(ssl, result);
                   error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
            fail(refused
                     ? "The other side's certificate does not fit the fingerprint that was signalled."
                     : "The encrypted connection could not be set up: " + opensslReason() + ".");
        }
        armTimer(now);
    }
    if (state == DtlsState::connected) readRecords();
    ERR_clear_error();
}

void DtlsSession::Impl::armTimer(base::TimePoint now) {
    if (state != DtlsState::handshaking) {
        deadline = giveUp = base::kNever;
        return;
    }
    timeval left{};
    if (DTLSv1_get_timeout(ssl, &left) != 1) {
        deadline = base::kNever;
        return;
    }
    if (!newFlight) return;
    newFlight = false;
    rto = kDtlsFirstRetransmit;
    deadline = now + rto;
}

void DtlsSession::Impl::finishHandshake() {
    // Checked again beside the verify callback, so that no path around that callback yields keys.
    X509* peer = SSL_get1_peer_certificate(ssl);
    const bool right = accept(peer);
    X509_free(peer);
    if (!right) {
        fail("The other side's certificate does not fit the fingerprint that was signalled.");
        return;
    }
    const auto* selected = SSL_get_selected_srtp_profile(ssl);
    if (!selected) {
        fail("The other side offers no media encryption that we know.");
        return;
    }
    DtlsKeys made;
    made.profile =
        selected->id == SRTP_AEAD_AES_128_GCM ? SrtpProfile::aeadAes128Gcm : SrtpProfile::aes128CmSha1_80;
    const std::size_t saltSize = made.profile == SrtpProfile::aeadAes128Gcm ? 12 : 14;
    std::array<std::byte, 2 * (kKeySize + 14)> material{};
    static constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
    if (SSL_export_keying_material(ssl, reinterpret_cast<unsigned char*>(material.data()), 2 * (kKeySize + saltSize),
                                   kLabel.data(), kLabel.size(), nullptr, 0, 0) != 1) {
        fail("The media keys could not be derived: " + opensslReason() + ".");
        return;
    }
    // RFC 5764 section 4.2: client key, server key, client salt, server salt.
    SrtpMaster client, server;
    auto at = material.begin();
    const auto take = [&at](auto& to, std::size_t n) {
        std::copy_n(at, n, to.begin());
        at += static_cast<std::ptrdiff_t>(n);
    };
    take(client.key, kKeySize);
    take(server.key, kKeySize);
    take(client.salt, saltSize);
    take(server.salt, saltSize);
    OPENSSL_cleanse(material.data(), material.size());
    made.local = role == DtlsRole::client ? client : server;
    made.remote = role == DtlsRole::client ? server : client;
    keys = made;
    state = DtlsState::connected;
}

void DtlsSession::Impl::readRecords() {
    std::array<std::byte, kMaxRecord> buffer;
    while (state == DtlsState::connected) {
        const int n = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
        if (n > 0) {
            if (data.size() >= kMaxQueue) data.pop_front();
            data.push_back(base::toBytes(base::ByteView(buffer).first(static_cast<std::size_t>(n))));
            continue;
        }
        const int error = SSL_get_error(ssl, n);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
        if (error == SSL_ERROR_ZERO_RETURN || (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN))
            state = DtlsState::closed;
        else
            fail("The encrypted connection broke: " + opensslReason() + ".");
    }
}

DtlsSession::DtlsSession(std::shared_ptr<const Certificate> certificate, DtlsRole role, Fingerprint remoteFingerprint)
    : m_impl(std::make_unique<Impl>()) {
    m_impl->certificate = std::move(certificate);
    m_impl->role = role;
    m_impl->remoteFingerprint = std::move(remoteFingerprint);
    m_impl->open();
}

DtlsSession::~DtlsSession() = default;
DtlsSession::DtlsSession(DtlsSession&&) noexcept = default;
DtlsSession& DtlsSession::operator=(DtlsSession&&) noexcept = default;

void DtlsSession::start(base::TimePoint now) {
    if (m_impl->started) return;
    m_impl->started = true;
    m_impl->giveUp = now + kDtlsHandshakeLimit;
    m_impl->advance(now);
}

void DtlsSession::handleDatagram(base::TimePoint now, base::ByteView datagram) {
    m_impl->incoming = datagram;
    m_impl->advance(now);
    m_impl->incoming = {};
}

void DtlsSession::handleTimeout(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.state != DtlsState::handshaking) return;
    if (now >= s.giveUp) {
        s.fail("The other side did not finish setting up the encrypted connection.");
        return;
    }
    if (now < s.deadline) return;
    // In the past, and not zero: zero means that no timer runs.
    if (deadlineIsShared() && s.systemDeadline && s.systemDeadline->tv_sec != 0) *s.systemDeadline = timeval{1, 0};
    ERR_clear_error();
    const auto result = DTLSv1_handle_timeout(s.ssl);
    if (result < 0) {
        s.fail("The other side does not answer while setting up the encrypted connection.");
    } else if (result == 0) {
        s.deadline = now + kLateTimer;
    } else {
        s.rto = std::min<base::Duration>(2 * s.rto, kDtlsMaxRetransmit);
        s.deadline = now + s.rto;
    }
    ERR_clear_error();
}

base::TimePoint DtlsSession::nextTimeout() const { return std::min(m_impl->deadline, m_impl->giveUp); }

std::optional<base::Bytes> DtlsSession::pollDatagram() {
    if (m_impl->out.empty()) return std::nullopt;
    auto bytes = std::move(m_impl->out.front());
    m_impl->out.pop_front();
    return bytes;
}

std::optional<base::Bytes> DtlsSession::pollData() {
    if (m_impl->data.empty()) return std::nullopt;
    auto bytes = std::move(m_impl->data.front());
    m_impl->data.pop_front();
    return bytes;
}

bool DtlsSession::send(base::ByteView bytes) {
    if (m_impl->state != DtlsState::connected || bytes.empty() || bytes.size() > kDtlsMaxSend) return false;
    ERR_clear_error();
    const Impl::Buffers buffers(*m_impl);
    const bool sent = SSL_write(m_impl->ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
    ERR_clear_error();
    return sent;
}

void DtlsSession::close() {
    if (m_impl->state == DtlsState::connected) {
        ERR_clear_error();
        const Impl::Buffers buffers(*m_impl);
        SSL_shutdown(m_impl->ssl);
        ERR_clear_error();
    }
    if (m_impl->state != DtlsState::failed) m_impl->state = DtlsState::closed;
    m_impl->deadline = m_impl->giveUp = base::kNever;
}

DtlsState DtlsSession::state() const { return m_impl->state; }
const std::string& DtlsSession::failure() const { return m_impl->failure; }
const std::optional<DtlsKeys>& DtlsSession::keys() const { return m_impl->keys; }

}  // namespace parlour::rtc
