"""What axe says of a page: on a laptop everything, on a phone what a narrow window can break."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"color-contrast": {"enabled": False}},  # the dearest rule: see JUDGED
    "resultTypes": ["violations"],
}
# what a narrow window may break, since it hides and moves things; the rest is the same page, looked at in the wide one
NARROWER = {
    "runOnly": {
        "type": "rule",
        "values": [
            "aria-hidden-focus",
            "button-name",
            "empty-heading",
            "heading-order",
            "label",
            "link-name",
            "page-has-heading-one",
            "region",
            "scrollable-region-focusable",
            "select-name",
            "skip-link",
            "target-size",
        ],
    },
    "resultTypes": ["violations"],
}
SCRIPT = Axe().axe_script
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "elementRef": True}
# The size of a target is dear too, so axe judges those alone that can be at fault: controls smaller than 24 px with
# another one as near as that, and controls that lie partly under another one.
FAULTS = """async rules => {
    const ROLES = 'button checkbox combobox link menuitem option radio slider spinbutton switch tab textbox treeitem';
    const CONTROLS = 'a, button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]'
        + ROLES.split(' ').map((role) => `, [role=${role}]`).join('');
    const isSmall = ({width, height}) => width < 24 || height < 24;
    const isShown = (element) => element.checkVisibility({visibilityProperty: true});
    const shown = [...document.querySelectorAll(CONTROLS)].filter(isShown);
    const boxes = shown.map((element) => [element, element.getBoundingClientRect()]);
    const near = boxes.filter(([, {width, height}]) => width && height).sort(([, a], [, b]) => a.top - b.top);
    near.forEach(([element, box], place) => {
        for (let next = place + 1; next < near.length && near[next][1].top <= box.bottom + 24; next++) {
            const [other, its] = near[next];
            if (its.left > box.right + 24 || its.right < box.left - 24) continue;
            const isOver = its.left < box.right && its.right > box.left && its.top < box.bottom;
            const isIn = element.contains(other) || other.contains(element);
            if (isSmall(box) || (isOver && !isIn)) element.dataset.target = '';
            if (isSmall(its) || (isOver && !isIn)) other.dataset.target = '';
        }
    });
    axe.configure({rules: [{id: 'target-size', selector: '[data-target]'}]});
    const {violations} = await axe.run(document, rules);
    for (const element of shown) delete element.dataset.target;
    return violations.flatMap(
        ({id, nodes}) => nodes.map(({target, html}) => `${id}: ${target} ${html.slice(0, 200)}`));
}"""
# A look is everything the contrast of a text depends on: its colour, size and weight, and what lies under it. Boxes
# that leave the flow may lie over anything, so each kind of them is a look of its own. Of each look that is not known
# yet axe judges three texts, and the rest of them where it could judge none of the three (disabled, covered): those
# do not stand for others. What axe never judges is not asked: text in a drawing, for screen readers alone, or of one
# letter. A mark before a text (::before) is no ground of it; axe would judge nothing in an open row of the sheet
# because of the stripe at its edge.
JUDGED = """async ([known, rules]) => {
    const FIELDS = 'input:not([type=checkbox], [type=radio], [type=range], [type=hidden]), select, textarea';
    const grounds = new Map();
    const groundOf = (element) => {
        if (!element) return '';
        if (!grounds.has(element)) {
            const style = getComputedStyle(element);
            const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode];
            if (style.position === 'absolute' || style.position === 'fixed' || parseFloat(style.marginTop) < 0)
                own.push(style.position, element.className);
            if (element.matches(':disabled, [aria-disabled=true]')) own.push('disabled');
            grounds.set(element, `${own.join()}|${groundOf(element.parentElement)}`);
        }
        return grounds.get(element);
    };
    const hasText = (element) => element.matches(FIELDS) || !element.closest('svg') && [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.data.trim().length > 1);
    const texts = new Map(); // of each look that is not known
    for (const element of document.querySelectorAll('body *')) {
        if (!hasText(element) || !element.checkVisibility()) continue;
        const {width, height, right, bottom} = element.getBoundingClientRect();
        if (width <= 1 || height <= 1 || right <= 0 || bottom <= 0) continue;
        const {color, fontSize, fontWeight, textShadow} = getComputedStyle(element);
        const look = [color, fontSize, fontWeight, textShadow, groundOf(element)].join(' ');
        if (known.includes(look)) continue;
        if (!texts.has(look)) texts.set(look, []);
        texts.get(look).push(element);
    }
    axe.configure({
        rules: [{id: 'color-contrast', selector: '[data-look]'}],
        checks: [{id: 'color-contrast', options: {
            ignorePseudo: true, ignoreUnicode: true, boldValue: 700, boldTextPt: 14, largeTextPt: 18,
            contrastRatio: {normal: {expected: 4.5}, large: {expected: 3}},
            shadowOutlineEmMax: 0.2, textStrokeEmMin: 0.03,
        }}],
    });
    const judged = [], poor = [];
    const judge = async (from, to) => {
        const marked = [...texts].map(([look, elements]) => [look, elements.slice(from, to)]);
        const all = marked.flatMap(([, elements]) => elements);
        if (!all.length) return;
        for (const element of all) element.dataset.look = '';
        const {passes, violations, incomplete} = await axe.run(document, rules);
        const pictured = ({any}) => any[0]?.data?.messageKey === 'bgImage'; // so is every text of this look
        const seen = new Set([
            ...[...passes, ...violations].flatMap(({nodes}) => nodes),
            ...incomplete.flatMap(({nodes}) => nodes.filter(pictured)),
        ].map(({element}) => element));
        for (const element of all) delete element.dataset.look;
        for (const [look, elements] of marked) {
            if (!elements.some((element) => seen.has(element))) continue;
            judged.push(look);
            texts.delete(look);
        }
        for (const {id, nodes} of violations)
            poor.push(...nodes.map(({html, any}) => `${id}: ${html.slice(0, 200)} ${any[0].message}`));
    };
    await judge(0, 3);
    await judge(3);
    return [judged, poor];
}"""


def bring_axe(context: BrowserContext) -> None:
    """Every page that this profile opens from now on has axe from its first moment, which is quicker than later."""
    context.add_init_script(SCRIPT)


def wide_faults(page: Page, looks: set[str]) -> list[str]:
    """What axe finds in a wide window. `looks` are those judged before; what is judged now is added.

    A text with a look that is known already, as most rows of a table have, is not judged again: contrast is the rule
    that takes as long as all others together.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    faults: list[str] = page.evaluate(FAULTS, RULES)
    judged, poor = page.evaluate(JUDGED, [sorted(looks), CONTRAST])
    looks.update(judged)
    return faults + list(poor)


def narrow_faults(page: Page) -> list[str]:
    """What axe finds in a narrow window that was not there in the wide one before."""
    faults: list[str] = page.evaluate(FAULTS, NARROWER)
    return faults
