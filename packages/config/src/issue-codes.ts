/**
 * Returns the known codes of the issues of a validator, each once. Anything else in an issue may quote the value, so that a code
 * outside this list is not shown.
 */
export function issueCodes(issues: readonly unknown[]): readonly string[] {
  const codes = issues.flatMap((issue) => {
    const { code, type } = (issue ?? {}) as { readonly code?: unknown; readonly type?: unknown };
    return [code, type].find((each): each is string => typeof each === 'string' && known.has(each)) ?? [];
  });
  return [...new Set(codes)];
}

const zod = `custom invalid_arguments invalid_date invalid_element invalid_enum_value invalid_format invalid_intersection_types
  invalid_key invalid_literal invalid_return_type invalid_string invalid_type invalid_union invalid_union_discriminator
  invalid_value not_finite not_multiple_of too_big too_small unrecognized_keys`;

const valibot = `args array await base64 bic bigint blob boolean brand bytes check check_items code_points credit_card cuid2 custom date
  decimal digits domain email emoji empty ends_with entries enum every_item exact_optional excludes file filter_items
  find_item finite flavor function graphemes gt_value guard hash hex_color hexadecimal imei includes instance integer
  intersect ip ipv4 ipv6 isbn iso_date iso_date_time iso_date_time_second iso_time iso_time_second iso_timestamp iso_week
  isrc jws_compact ksuid length literal loose_object loose_tuple lt_value mac mac48 mac64 map map_items max_bytes
  max_code_points max_entries max_graphemes max_length max_size max_value max_words mime_type min_bytes min_code_points
  min_entries min_graphemes min_length min_size min_value min_words multiple_of nan nanoid never non_empty non_nullable
  non_nullish non_optional normalize not_bytes not_code_points not_entries not_graphemes not_length not_size not_value
  not_values not_words null number object object_with_rest octal parse_boolean parse_json partial_check picklist promise
  raw_check raw_transform readonly record reduce_items regex returns rfc_email safe_integer set size slug some_item
  sort_items starts_with strict_object strict_tuple string stringify_json symbol to_bigint to_boolean to_camel_case
  to_date to_kebab_case to_lower_case to_max_value to_min_value to_number to_pascal_case to_snake_case to_string
  to_upper_case transform trim trim_end trim_start tuple tuple_with_rest ulid undefined undefinedable union url uuid value
  values variant void words`;

const arktype = `after before divisor domain exactLength intersection max maxLength min minLength pattern predicate proto required
  sequence structure union unit`;

const known: ReadonlySet<string> = new Set([zod, valibot, arktype].join(' ').split(/\s+/));
