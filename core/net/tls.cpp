// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#if defined(_WIN32)
#include <windows.h>
#include <wincrypt.h>
#undef X509_NAME
#endif

#include <fstream>
#include <memory>
#include <sstream>

#include "core/base/socket_address.h"
#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/net/tls_context.h"

namespace parlour::net {

namespace {

struct Free {
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::string opensslError() {
    char text[256] = "unknown";
    if (const auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return text;
}

Owned<BIO> readBio(base::ByteView bytes) { return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

base::Unexpected<base::Error> badCredentials(std::string message) {
    return base::fail(base::ErrorKind::invalidInput, "tls_credentials", std::move(message),
                      "Give a certificate and its key as PEM files.", opensslError());
}

/// A password prompt in a server would hang it: an encrypted key is refused.
int noPassword(char*, int, int, void*) { return -1; }

crypto::Digest spkiDigest(X509* certificate) {
    unsigned char* der = nullptr;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    crypto::Digest out{};
    if (length > 0) out = crypto::sha256(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
    OPENSSL_free(der);
    return out;
}

std::string pemOf(const auto& write) {
    const Owned<BIO> bio(BIO_new(BIO_s_mem()));
    write(bio.get());
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio.get(), &data);
    std::string out(data, static_cast<std::size_t>(length));
    if (length > 0) crypto::wipe(std::as_writable_bytes(std::span(data, static_cast<std::size_t>(length))));
    return out;
}

/// Replaces OpenSSL's whole chain check: with a pin the key is the identity, nothing else.
int verifyByPin(X509_STORE_CTX* store, void* argument) {
    const auto& pin = *static_cast<const std::string*>(argument);
    X509* leaf = X509_STORE_CTX_get0_cert(store);
    const auto expected = base::fromBase64Url(pin);
    if (leaf != nullptr && expected && expected->size() == 32 && crypto::equalConstantTime(spkiDigest(leaf), *expected)) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

bool loadSystemAuthorities(SSL_CTX* context) {
#if defined(_WIN32)
    HCERTSTORE store = CertOpenSystemStoreW(0, L"ROOT");
    if (store == nullptr) return false;
    PCCERT_CONTEXT entry = nullptr;
    while ((entry = CertEnumCertificatesInStore(store, entry)) != nullptr) {
        const unsigned char* der = entry->pbCertEncoded;
        const Owned<X509> certificate(d2i_X509(nullptr, &der, static_cast<long>(entry->cbCertEncoded)));
        if (certificate) X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
    }
    CertCloseStore(store, 0);
    ERR_clear_error();
    return true;
#else
    return SSL_CTX_set_default_verify_paths(context) == 1;
#endif
}

bool addAuthorities(SSL_CTX* context, const std::string& pem) {
    const auto bio = readBio(base::asBytes(pem));
    int count = 0;
    while (true) {
        const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, noPassword, nullptr));
        if (!certificate) break;
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) == 1) ++count;
    }
    ERR_clear_error();
    return count > 0;
}

base::Result<std::string> readFile(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file)
        return base::fail(base::ErrorKind::notFound, "tls_file", "The file " + name + " cannot be read.",
                          "Check its name and permissions.");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

base::Result<ssl_ctx_st*> makeServerContext(const TlsCredentials& credentials) {
    Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
    if (!context) return badCredentials("TLS cannot be used on this computer.");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);

    const auto chain = readBio(base::asBytes(credentials.certificatePem));
    const Owned<X509> leaf(PEM_read_bio_X509(chain.get(), nullptr, noPassword, nullptr));
    if (!leaf || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1)
        return badCredentials("The TLS certificate cannot be read.");
    while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, noPassword, nullptr))
        if (SSL_CTX_add0_chain_cert(context.get(), next) != 1) X509_free(next);
    ERR_clear_error();
    const auto keyBio = readBio(credentials.privateKeyPem.view());
    const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(keyBio.get(), nullptr, noPassword, nullptr));
    if (!key) return badCredentials("The TLS key cannot be read.");
    if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 || SSL_CTX_check_private_key(context.get()) != 1)
        return badCredentials("The TLS key does not belong to the certificate.");
    return context.release();
}

base::Result<ssl_ctx_st*> makeClientContext(const TlsTrust& trust) {
    Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
    if (!context) return badCredentials("TLS cannot be used on this computer.");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (!trust.pin.empty()) {
        SSL_CTX_set_cert_verify_callback(context.get(), verifyByPin, const_cast<std::string*>(&trust.pin));
    } else if (trust.authoritiesPem.empty() ? !loadSystemAuthorities(context.get())
                                            : !addAuthorities(context.get(), trust.authoritiesPem)) {
        return base::fail(base::ErrorKind::unavailable, "tls_authorities",
                          "The list of trusted certificate authorities cannot be read.",
                          "Install the package ca-certificates.", opensslError());
    }
    return context.release();
}

bool expectHost(ssl_st* connection, const std::string& host) {
    auto* parameters = SSL_get0_param(connection);
    if (base::IpAddress::parse(host)) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(connection, host.c_str()) == 1 &&
           X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) == 1;
}

base::Error handshakeError(ssl_st* connection, const std::string& host, const TlsTrust& trust, const std::string& detail) {
    const auto result = SSL_get_verify_result(connection);
    ERR_clear_error();
    if (result == X509_V_OK)
        return {base::ErrorKind::unreachable, "tls_failed", host + " could not agree on an encrypted connection with us.",
                "Check that the address is right and that the server offers https.", detail};
    std::string reason = X509_verify_cert_error_string(result);
    std::string advice = "Ask the person who runs the server; do not go on if you cannot.";
    if (!trust.pin.empty()) {
        reason = "its key is not the one named in the link";
        advice = "Ask for a new link; somebody may be in between, or the server has a new key.";
    }
    return {base::ErrorKind::untrusted, "certificate_untrusted",
            "The certificate of " + host + " is not trusted: " + reason + ".", std::move(advice), detail};
}

base::Result<TlsCredentials> loadTlsFiles(const std::string& certificateFile, const std::string& keyFile) {
    auto certificate = readFile(certificateFile);
    if (!certificate) return base::Unexpected(std::move(certificate).error());
    auto key = readFile(keyFile);
    if (!key) return base::Unexpected(std::move(key).error());
    TlsCredentials credentials{std::move(*certificate), crypto::Secret::copyOf(*key)};
    crypto::wipe(std::as_writable_bytes(std::span(key->data(), key->size())));
    auto context = makeServerContext(credentials);
    if (!context) {
        auto error = std::move(context).error();
        error.message += " (" + certificateFile + ", " + keyFile + ")";
        return base::Unexpected(std::move(error));
    }
    SSL_CTX_free(*context);
    return credentials;
}

base::Result<SelfSigned> makeSelfSigned(const std::vector<std::string>& names, base::WallTime now, int days) {
    const auto failed = [] {
        return base::fail(base::ErrorKind::internal, "tls_self_signed", "A certificate for this computer could not be made.",
                          {}, opensslError());
    };
    const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    const Owned<X509> certificate(X509_new());
    if (!key || !certificate) return failed();
    auto serial = crypto::randomU64() >> 1;
    const auto seconds = static_cast<std::time_t>(base::toUnixSeconds(now));
    auto* subject = X509_get_subject_name(certificate.get());
    const auto common = "parlour-" + crypto::randomString(8, "0123456789abcdefghijklmnopqrstuvwxyz");
    bool ok = X509_set_version(certificate.get(), 2) == 1 &&
              ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial | 1) == 1 &&
              ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds - 86400) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds + std::time_t{86400} * days) != nullptr &&
              X509_set_pubkey(certificate.get(), key.get()) == 1 &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.c_str()),
                                         -1, -1, 0) == 1 &&
              X509_set_issuer_name(certificate.get(), subject) == 1;
    std::string alternatives;
    for (const auto& name : names) {
        if (name.find_first_of(", \n\\") != std::string::npos) return failed();
        alternatives += (alternatives.empty() ? "" : ",") + std::string(base::IpAddress::parse(name) ? "IP:" : "DNS:") + name;
    }
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
    const auto add = [&](int kind, const std::string& value) {
        const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
        return extension && X509_add_ext(certificate.get(), extension.get(), -1) == 1;
    };
    ok = ok && add(NID_basic_constraints, "critical,CA:FALSE") && add(NID_ext_key_usage, "serverAuth") &&
         (alternatives.empty() || add(NID_subject_alt_name, alternatives)) &&
         X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
    if (!ok) return failed();

    SelfSigned out;
    out.credentials.certificatePem = pemOf([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
    auto keyPem =
        pemOf([&](BIO* bio) { PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    out.credentials.privateKeyPem = crypto::Secret::copyOf(keyPem);
    crypto::wipe(std::as_writable_bytes(std::span(keyPem.data(), keyPem.size())));
    out.pin = base::toBase64Url(spkiDigest(certificate.get()));
    return out;
}

base::Result<std::string> pinOf(std::string_view certificatePem) {
    const auto bio = readBio(base::asBytes(certificatePem));
    const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, noPassword, nullptr));
    if (!certificate) return badCredentials("The TLS certificate cannot be read.");
    return base::toBase64Url(spkiDigest(certificate.get()));
}

bool isSelfSigned(std::string_view certificatePem) {
    const auto bio = readBio(base::asBytes(certificatePem));
    const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, noPassword, nullptr));
    return certificate && X509_check_issued(certificate.get(), certificate.get()) == X509_V_OK;
}

}  // namespace parlour::net
