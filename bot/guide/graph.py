"""All ways through the guide as a graph in Mermaid's language."""

from bot.guide.model import Guide


def graph(guide: Guide) -> str:
    """Return the flows as a Mermaid graph: questions are diamonds, answers boxes, `lead` and `see` dotted."""
    names = {id: f"n{at}" for at, id in enumerate([*guide.flows, *guide.answers])}
    lines = ["flowchart LR"]
    lines += [f'  {names[flow.id]}{{"{flow.id}: {flow.ask}"}}' for flow in guide.flows.values()]
    lines += [f'  {names[answer.id]}["{answer.id}"]' for answer in guide.answers.values()]
    for flow in guide.flows.values():
        if flow.lead:
            lines.append(f"  {names[flow.id]} -. first .-> {names[flow.lead]}")
        for rule in flow.next:
            when = (
                "; ".join(f"{fact}={'/'.join(values)}" for fact, values in rule.when.items()) or "otherwise"
            )
            target = names.get(rule.to, f'{rule.to.strip("@")}(["{rule.to}"])')
            lines.append(f'  {names[flow.id]} -- "{when}" --> {target}')
    for answer in guide.answers.values():
        lines += [f"  {names[answer.id]} -.-> {names[other]}" for other in answer.see]
    return "\n".join(lines)
