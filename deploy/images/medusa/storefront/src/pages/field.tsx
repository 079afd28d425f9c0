interface Props {
  name: string
  label: string
  type: string
  autocomplete: string
  value: string
  fault: string | undefined
  required: boolean
  change(value: string): void
}

/** A text field whose fault is read out together with it. */
export function Field({ name, label, type, autocomplete, value, fault, required, change }: Props) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        autocomplete={autocomplete}
        value={value}
        required={required}
        aria-invalid={fault ? "true" : undefined}
        aria-describedby={fault ? `${name}-fault` : undefined}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {fault && (
        <p class="fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
    </div>
  )
}
