"""Trying the rule of a criterion in the editor: on typed figures, and on those of the newest published round."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from emulation.access import READERS
from emulation.domain.criteria import Criterion
from emulation.domain.drafts import Kind
from emulation.domain.lean_candidates import ACTION_NAMES, as_figure
from emulation.domain.rules import External
from emulation.errors import Invalid
from emulation.services.past_figures import past_of
from emulation.web import session as current
from emulation.web.display import say as _
from emulation.web.display import show_figure, show_phrase, show_points, show_share, translate
from emulation.web.draft_view import DraftView
from emulation.web.entries import entry_from_form, form_for
from emulation.words import N_


def trial_of(view: DraftView) -> dict[str, Any] | None:
    """The try-it form of a criterion with what it comes to; None where there is nothing to try."""
    if view.node.kind is not Kind.CRITERION:
        return None
    criterion = view.criteria.get(view.node.key)
    places = view.draft.precision
    if criterion is None or view.reading.of(view.node.key):
        return {"form": None, "working": None, "gives": None}
    if isinstance(criterion.rule, External):
        return None
    form = form_for(criterion, given=request.args or None)
    working = gives = None
    data = entry_from_form(criterion, form) if request.args else None
    if data is not None and not form.sentences:
        try:
            points = criterion.rule.points(data, criterion.max, places)
            working, gives = show_phrase(criterion.rule.working(data, criterion.max)), show_points(points, places)
        except Invalid as error:
            form.say(error.field, error.phrase)
    return {
        "form": form,
        "criterion": criterion,
        "working": working,
        "gives": gives,
        "out_of": show_points(criterion.max, places),
        "errors": list(form.sentences.values()),
        "summary": show_phrase(criterion.rule.summary(criterion.max)),
        "past": past_words(view, criterion),
    }


def past_words(view: DraftView, criterion: Criterion) -> dict[str, Any] | None:
    """What the newest published round says about the criterion, for those who read the whole ranking."""
    past = past_of(current.db(), criterion, view.draft.precision) if READERS(current.user(), view.row) else None
    if past is None:
        return None
    found, places = past.trial, view.draft.precision
    sentences = []
    if found.scored and found.is_coarse:
        each = [_("%(n)s được %(points)s điểm", n=n, points=show_figure(points)) for points, n in found.counts]
        sentences.append(_("Số liệu của %(n)s đơn vị: %(each)s.", n=found.scored, each=", ".join(each)))
    elif found.scored:
        best, most = found.counts[0]
        worst = found.counts[-1][0]
        sentences.append(
            _(
                "Số liệu của %(n)s đơn vị: cao nhất %(best)s điểm (%(most)s đơn vị), trung vị %(median)s, thấp nhất "
                "%(worst)s.",
                n=found.scored,
                best=show_points(best, places),
                most=most,
                median=show_points(found.median, places),
                worst=show_points(worst, places),
            )
        )
    if found.refused:
        sentences.append(_("Số liệu của %(n)s đơn vị không hợp với cách chấm này.", n=found.refused))
    item = past.item
    if item.mean_share is not None and item.at_max is not None:
        share, at_max = (show_share(as_figure(value, 3)) for value in (item.mean_share, item.at_max))
        words = translate(N_("Kết quả chính thức: bình quân %(share)s điểm tối đa, %(at_max)s đơn vị đạt tối đa."))
        sentences.append(words % {"share": share, "at_max": at_max})
    return {
        "title": _("%(code)s trong kỳ %(period)s", code=past.code, period=past.period.code),
        "sentences": sentences,
        "advice": [show_phrase(reason) for reason in past.candidate.reasons] if past.candidate else [],
        "action": translate(ACTION_NAMES[past.candidate.action]) if past.candidate else "",
        "lean": url_for("lean.lean", code=past.period.code),
    }
