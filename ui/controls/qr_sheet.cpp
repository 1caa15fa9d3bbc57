// SPDX-License-Identifier: Apache-2.0
#include "ui/controls/qr_sheet.h"

#include <QDesktopServices>
#include <QDir>
#include <QFile>
#include <QPainter>
#include <QPen>
#include <QStandardPaths>
#include <QUrl>
#include <algorithm>
#include <exception>
#include <qrcodegen/qrcodegen.hpp>

namespace parlour::ui {

namespace {
constexpr int kDpi = 300;
constexpr double kMargin = 12;      // millimetres
constexpr double kHead = 12;
constexpr int kColumns = 2;
constexpr int kRows = 5;
constexpr int kQuietModules = 4;

double mm(double millimetres) { return millimetres * kDpi / 25.4; }

QFont face(double points, bool bold) {
    QFont font;
    font.setPointSizeF(points);
    font.setBold(bold);
    return font;
}
}  // namespace

QrSheet::QrSheet(QObject* parent) : QObject(parent) {}
QrSheet::~QrSheet() { cancel(); }

void QrSheet::save(const QString& heading, const QVariantList& cards, const QString& stem) {
    cancel();
    clear();
    if (cards.isEmpty()) return;
    m_heading = heading;
    m_cards = cards;
    const auto folder = m_folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::DownloadLocation) : m_folder;
    QDir().mkpath(folder);
    QString name = stem.simplified();
    for (auto& letter : name)
        if (!letter.isLetterOrNumber() && letter != QLatin1Char(' ') && letter != QLatin1Char('-')) letter = QLatin1Char('-');
    m_writing = QStringLiteral("%1/%2.pdf").arg(folder, name.left(60));
    for (int n = 2; QFile::exists(m_writing); ++n) m_writing = QStringLiteral("%1/%2 (%3).pdf").arg(folder, name.left(60)).arg(n);
    m_pdf = std::make_unique<QPdfWriter>(m_writing);
    m_pdf->setResolution(kDpi);
    m_pdf->setPageSize(QPageSize(QPageSize::A4));
    m_pdf->setPageMargins(QMarginsF(0, 0, 0, 0));
    m_pdf->setTitle(heading);
    m_pdf->setCreator(QStringLiteral("Parlour"));
    m_painter = std::make_unique<QPainter>();
    if (!m_painter->begin(m_pdf.get())) return finish(tr("The sheet cannot be written to %1.").arg(folder));
    emit changed();
    QMetaObject::invokeMethod(this, &QrSheet::page, Qt::QueuedConnection);
}

void QrSheet::page() {
    if (!busy()) return;
    const double width = mm(210), height = mm(297);
    m_painter->setPen(Qt::black);
    m_painter->setFont(face(13, true));
    m_painter->drawText(QRectF(mm(kMargin), mm(kMargin), width - mm(2 * kMargin), mm(kHead)), Qt::AlignLeft | Qt::AlignVCenter, m_heading);
    const double cellWidth = (width - mm(2 * kMargin)) / kColumns, cellHeight = (height - mm(2 * kMargin + kHead)) / kRows;
    for (int cell = 0; cell < kColumns * kRows && m_done < total(); ++cell, ++m_done)
        card(QRectF(mm(kMargin) + (cell % kColumns) * cellWidth, mm(kMargin + kHead) + (cell / kColumns) * cellHeight, cellWidth, cellHeight),
             m_cards[m_done].toMap());
    if (m_done == total()) return finish({});
    if (!m_pdf->newPage()) return finish(tr("The sheet could not be written to the end. Is the disk full?"));
    emit changed();
    QMetaObject::invokeMethod(this, &QrSheet::page, Qt::QueuedConnection);
}

void QrSheet::card(const QRectF& place, const QVariantMap& one) {
    m_painter->setPen(QPen(Qt::lightGray, mm(0.2), Qt::DashLine));
    m_painter->drawRect(place);
    const auto link = one.value(QStringLiteral("link")).toString();
    const double side = place.height() - mm(8);
    const QRectF square(place.left() + mm(3), place.top() + mm(4), side, side);
    try {
        const auto code = qrcodegen::QrCode::encodeText(link.toUtf8().constData(), qrcodegen::QrCode::Ecc::MEDIUM);
        const double cell = side / (code.getSize() + 2 * kQuietModules);
        for (int y = 0; y < code.getSize(); ++y)
            for (int x = 0; x < code.getSize(); ++x)
                if (code.getModule(x, y))
                    m_painter->fillRect(QRectF(square.left() + (x + kQuietModules) * cell, square.top() + (y + kQuietModules) * cell, cell * 1.02, cell * 1.02), Qt::black);
    } catch (const std::exception&) {
        // Too long for a QR code: the link alone stands on the card.
    }
    const QRectF words(square.right() + mm(2), place.top() + mm(5), place.right() - square.right() - mm(5), place.height() - mm(10));
    m_painter->setPen(Qt::black);
    m_painter->setFont(face(11, true));
    const auto name = one.value(QStringLiteral("for_name")).toString();
    QRectF used;
    m_painter->drawText(words, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, name.isEmpty() ? tr("Invitation") : name, &used);
    m_painter->setFont(face(7, false));
    const QRectF below(words.left(), used.bottom() + mm(2), words.width(), words.bottom() - used.bottom() - mm(2));
    QRectF last;
    m_painter->drawText(below, Qt::AlignLeft | Qt::AlignTop | Qt::TextWrapAnywhere, link, &last);
    if (const auto code = one.value(QStringLiteral("code")).toString(); !code.isEmpty())
        m_painter->drawText(QRectF(words.left(), last.bottom() + mm(2), words.width(), mm(6)), Qt::AlignLeft | Qt::AlignTop, tr("The code is told another way."));
}

void QrSheet::finish(const QString& problem) {
    if (m_painter && m_painter->isActive()) m_painter->end();
    m_painter.reset();
    m_pdf.reset();
    m_problem = problem;
    if (problem.isEmpty())
        m_file = m_writing;
    else
        QFile::remove(m_writing);
    m_writing.clear();
    emit changed();
}

void QrSheet::cancel() {
    if (!busy()) return;
    finish(tr("Stopped."));
    m_problem.clear();
    emit changed();
}

void QrSheet::clear() {
    m_file.clear();
    m_problem.clear();
    m_cards.clear();
    m_done = 0;
    emit changed();
}

bool QrSheet::open() const { return !m_file.isEmpty() && QDesktopServices::openUrl(QUrl::fromLocalFile(m_file)); }

}  // namespace parlour::ui
