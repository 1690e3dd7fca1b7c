/**
 * @file The named senses that decide a WordNet entry's domain: the held-out truth of the embedded corpus, as a list.
 *
 * An entry belongs to the nearest root above it in the hypernym tree (`domains.ts`), so a root can carve an exception
 * out of a wider one. What counts as medical follows the paper's annotators (paper B.1): disease, treatment, drugs,
 * instruments, clinical staff, and human anatomy and physiology are in; general biology, biochemistry, everyday words
 * for outward parts of the body, and drink are out. Psychiatry is in, as a branch of medicine. The lexicon that judges
 * latents is written by hand elsewhere and knows nothing of this list.
 */

/** What an entry is about. */
export const WORDNET_DOMAINS = ["medical", "biology", "general"] as const;
export type WordNetDomain = (typeof WORDNET_DOMAINS)[number];

/** Sense key of the root, its domain, and why it is here. */
export const ROOTS: readonly (readonly [senseKey: string, domain: WordNetDomain, why: string])[] = [
  // Disease and its signs.
  ["ill_health%1:26:00", "medical", "illness, disease, disorder, injury and their kinds"],
  ["pathological_state%1:26:00", "medical", "the same from the side of the body's condition"],
  ["disorder%1:26:03", "medical", "disturbed functioning of the body or the mind"],
  ["symptom%1:26:00", "medical", "what a patient feels or a physician sees"],
  ["disability%1:26:00", "medical", "impairments: blindness, deafness, lameness"],
  ["birth_defect%1:26:00", "medical", "congenital disorders"],
  ["pregnancy%1:26:00", "medical", "states obstetrics attends to"],
  ["vital_sign%1:26:00", "medical", "pulse, blood pressure and others taken at the bedside"],
  ["blood_pressure%1:19:00", "medical", "a clinical measure"],
  ["pulse%1:28:00", "medical", "a clinical measure"],
  ["infection%1:22:00", "medical", "invasion by pathogens, as a process"],
  ["epidemic%1:11:00", "medical", "outbreaks of disease"],
  ["mental_disorder%1:26:00", "medical", "psychiatry's subject"],
  ["unconsciousness%1:09:00", "medical", "coma, fainting, anaesthesia"],
  ["plant_disease%1:26:00", "biology", "rusts and blights concern botany and farming"],

  // Care.
  ["medical_care%1:04:00", "medical", "treatment, therapy, first aid"],
  ["medical_procedure%1:04:00", "medical", "surgery, injection, transplant"],
  ["diagnostic_procedure%1:04:00", "medical", "biopsies, scans, tests"],
  ["medical_diagnosis%1:04:00", "medical", "identifying disease"],
  ["prognosis%1:04:00", "medical", "foretelling the course of a disease"],
  ["psychotherapy%1:04:00", "medical", "treatment of mental illness"],
  ["clinical_trial%1:04:00", "medical", "tests of drugs on people"],
  ["medical_practice%1:04:00", "medical", "practising medicine"],
  ["practice_of_medicine%1:04:00", "medical", "the profession, and the topic of many entries"],
  ["birth_control%1:04:00", "medical", "contraception as a practice"],
  ["medical_history%1:10:00", "medical", "the patient's record"],
  ["medical_report%1:10:00", "medical", "results of an examination"],
  ["prescription%1:10:01", "medical", "instructions to a pharmacist"],
  ["health%1:26:00", "medical", "freedom from disease"],

  // Drugs and devices.
  ["drug%1:06:00", "medical", "medicines and the substances used as such"],
  ["medicine%1:06:00", "medical", "medicines, topic of many entries"],
  ["dose%1:06:00", "medical", "measured portions of medicine"],
  ["drug_of_abuse%1:06:00", "general", "street names and drink; medicines below it have a nearer root"],
  ["narcotic%1:06:00", "medical", "opiates and other painkillers"],
  ["medical_instrument%1:06:00", "medical", "scalpels, syringes, stethoscopes"],
  ["surgical_instrument%1:06:00", "medical", "instruments of the operating room"],
  ["medical_building%1:06:00", "medical", "hospitals, clinics"],
  ["hospital_room%1:06:00", "medical", "wards, operating rooms"],
  ["medical_dressing%1:06:00", "medical", "bandages and plasters"],
  ["prosthesis%1:06:00", "medical", "replacements for parts of the body"],
  ["dental_appliance%1:06:00", "medical", "dentures, braces"],
  ["contraceptive%1:06:00", "medical", "contraceptive drugs and devices"],
  ["pacemaker%1:06:00", "medical", "implanted device"],
  ["life_support%1:06:00", "medical", "medical equipment"],
  ["ambulance%1:06:00", "medical", "transport of patients"],
  ["wheelchair%1:06:00", "medical", "aid for patients"],

  // People and disciplines.
  ["health_professional%1:18:00", "medical", "physicians, nurses, pharmacists"],
  ["medical_practitioner%1:18:00", "medical", "those who practise medicine"],
  ["medical_scientist%1:18:00", "medical", "pathologists and others who study disease"],
  ["specialist%1:18:01", "medical", "medical specialists"],
  ["medical_assistant%1:18:00", "medical", "helpers of medical staff"],
  ["therapist%1:18:00", "medical", "those who treat by a therapy"],
  ["sick_person%1:18:00", "medical", "people by their disease"],
  ["patient%1:18:00", "medical", "people under care"],
  ["medical_science%1:09:00", "medical", "the disciplines, topics of many entries"],
  ["anatomy%1:09:00", "medical", "topic of human anatomy (WordNet files it under biology)"],
  ["physiology%1:09:00", "medical", "topic of human physiology (WordNet files it under biology)"],

  // The body. Most of lexicographer file noun.body is human anatomy: it is medical unless a root here says otherwise.
  ["external_body_part%1:08:00", "general", "arms, faces, feet: everyday words"],
  ["hair%1:08:00", "general", "hair and hairdos"],
  ["body%1:08:00", "general", "bodies, figures, corpses"],
  ["cell%1:03:00", "biology", "cells of all organisms"],
  ["gene%1:08:00", "biology", "genetics"],
  ["chromosome%1:08:00", "biology", "genetics"],
  ["protoplasm%1:08:00", "biology", "cell biology"],
  ["bodily_process%1:22:00", "medical", "human physiology: respiration, digestion"],

  // Life at large.
  ["organism%1:03:00", "biology", "animals, plants, fungi, microbes"],
  ["person%1:03:00", "general", "people are organisms to WordNet"],
  ["biological_group%1:14:00", "biology", "genera, families, species"],
  ["animal_group%1:14:00", "biology", "herds, flocks, swarms"],
  ["vegetation%1:14:00", "biology", "plant cover"],
  ["ecosystem%1:14:00", "biology", "ecology"],
  ["plant_part%1:20:00", "biology", "leaves, roots, flowers"],
  ["biological_process%1:22:00", "biology", "photosynthesis, growth, evolution"],
  ["life_science%1:09:00", "biology", "botany, zoology, genetics: topics of many entries"],
  ["biologist%1:18:00", "biology", "those who study life"],
  ["protein%1:27:00", "biology", "biochemistry"],
  ["enzyme%1:27:00", "biology", "biochemistry"],
  ["nucleic_acid%1:27:00", "biology", "biochemistry"],
  ["amino_acid%1:27:00", "biology", "biochemistry"],
  ["lipid%1:27:00", "biology", "biochemistry"],
  ["carbohydrate%1:27:00", "biology", "biochemistry"],
  ["heredity%1:07:00", "biology", "genetics"],
];

/** Where no root is above an entry, its lexicographer file may decide. */
export const LEXICOGRAPHER_FILES: Readonly<Record<number, WordNetDomain>> = {
  5: "biology", // noun.animal
  8: "medical", // noun.body
  20: "biology", // noun.plant
};
