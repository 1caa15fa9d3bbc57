// SPDX-License-Identifier: Apache-2.0
#include "ui/controls/qr_code.h"

#include <QPainter>
#include <exception>
#include <qrcodegen/qrcodegen.hpp>

namespace parlour::ui {

namespace {
constexpr int kQuietModules = 4;  // ISO/IEC 18004: the quiet zone is four modules wide
}

QrCode::QrCode(QQuickItem* parent) : QQuickPaintedItem(parent) {
    setAntialiasing(false);
    connect(this, &QrCode::coloursChanged, this, [this] { update(); });
}

void QrCode::setText(const QString& text) {
    if (text == m_text) return;
    m_text = text;
    m_bits.clear();
    m_modules = 0;
    if (!text.isEmpty()) {
        try {
            const auto code = qrcodegen::QrCode::encodeText(text.toUtf8().constData(), qrcodegen::QrCode::Ecc::MEDIUM);
            m_modules = code.getSize();
            m_bits.resize(m_modules * m_modules);
            for (int y = 0; y < m_modules; ++y)
                for (int x = 0; x < m_modules; ++x) m_bits[y * m_modules + x] = code.getModule(x, y) ? 1 : 0;
        } catch (const std::exception&) {
            m_modules = 0;  // too long for a QR code: the page shows the link alone
        }
    }
    emit textChanged();
    update();
}

void QrCode::paint(QPainter* painter) {
    painter->fillRect(QRectF(0, 0, width(), height()), m_paper);
    if (m_modules == 0) return;
    const int cells = m_modules + 2 * kQuietModules;
    const int side = static_cast<int>(std::min(width(), height())) / cells;
    if (side < 1) return;
    const int x0 = (static_cast<int>(width()) - side * m_modules) / 2;
    const int y0 = (static_cast<int>(height()) - side * m_modules) / 2;
    for (int y = 0; y < m_modules; ++y)
        for (int x = 0; x < m_modules; ++x)
            if (m_bits[y * m_modules + x]) painter->fillRect(x0 + x * side, y0 + y * side, side, side, m_ink);
}

}  // namespace parlour::ui
