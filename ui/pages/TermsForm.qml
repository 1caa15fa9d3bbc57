// SPDX-License-Identifier: Apache-2.0
// The fields of a guest's terms, to be filled in or changed. Lists have one entry a line.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    id: root
    spacing: 10
    readonly property real cell: width > 440 ? (width - 12) / 2 : width
    property alias topic: topic.text
    function lines(box) { return box.text.split("\n").map(line => line.trim()).filter(line => line !== "") }
    /// The terms as the house takes them; null while a date cannot be read.
    function value() {
        const when = lines(whenBox).map(line => App.guests.isoOf(line))
        if (when.indexOf("") >= 0) return null
        return {topic: topic.text.trim(), questions: lines(questions), format: form.text.trim(), when: when,
                length_minutes: Number(minutes.text) || 60, language: language.text.trim(), audience_cap: Number(cap.text) || 0,
                recording: recording.checked, stage: lines(stage), excluded: lines(excluded)}
    }
    function fill(terms) {
        topic.text = terms.topic || ""
        questions.text = (terms.questions || []).join("\n")
        form.text = terms.format || ""
        whenBox.text = (terms.when || []).map(iso => App.guests.typedOf(iso)).join("\n")
        minutes.text = terms.length_minutes || 60
        language.text = terms.language || ""
        cap.text = terms.audience_cap || ""
        recording.checked = terms.recording === true
        stage.text = (terms.stage || []).join("\n")
        excluded.text = (terms.excluded || []).join("\n")
    }
    TextInputField { id: topic; width: parent.width; label: qsTr("Topic"); placeholderText: qsTr("Topic"); maximumLength: 200 }
    TextBox { id: questions; width: parent.width; lines: 3; label: qsTr("Questions, one a line"); placeholderText: qsTr("Questions, one a line") }
    TextBox { id: whenBox; width: parent.width; lines: 2; label: qsTr("Dates, one a line"); placeholderText: qsTr("Dates like 2026-12-01 18:00, one a line; several are a choice") }
    Flow {
        width: parent.width
        spacing: 12
        TextInputField { id: form; width: root.cell; label: qsTr("Format"); placeholderText: qsTr("Format: interview, panel…"); maximumLength: 100 }
        TextInputField { id: language; width: root.cell; label: qsTr("Language"); placeholderText: qsTr("Language"); maximumLength: 100 }
        TextInputField { id: minutes; width: root.cell; label: qsTr("Minutes"); placeholderText: qsTr("Minutes"); inputMethodHints: Qt.ImhDigitsOnly; maximumLength: 4 }
        TextInputField { id: cap; width: root.cell; label: qsTr("Audience at most"); placeholderText: qsTr("Audience at most (empty: no limit)"); inputMethodHints: Qt.ImhDigitsOnly; maximumLength: 6 }
    }
    TextBox { id: stage; width: parent.width; lines: 2; label: qsTr("Also on stage, one a line"); placeholderText: qsTr("Also on stage, one a line") }
    TextBox { id: excluded; width: parent.width; lines: 2; label: qsTr("Excluded topics, one a line"); placeholderText: qsTr("Excluded topics, one a line") }
    Toggle { id: recording; width: parent.width; text: qsTr("The talk may be recorded") }
}
